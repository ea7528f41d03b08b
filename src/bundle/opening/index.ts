/**
 * Opens a bundle for whoever works with it: takes a path and keys, gives a file that is verified and trusted, and what
 * travels in it: its lock, its values, its charts and its helm. Runs nothing and changes nothing.
 */
export { type NamedBundle, withBundles } from './bases.ts'
export { bundledHelm, carriedBytes, chartPackage, withRelease } from './carried.ts'
export { chartMetadata } from './chart-metadata.ts'
export { type Locked, requireSignedBundle, withLocked } from './locked.ts'
export { tellOlderSignature } from './older-signature.ts'
export { lockOutside, readLock } from './read-lock.ts'
export {
  type AskPassphrase,
  openSigningKey,
  type Signed,
  signed,
  writeSignature,
} from './signature.ts'
export { toolBytes, toolPieces, toolProgram } from './tool-program.ts'
export { readPublicKeys, requireSigned, requireTrusted, signatureLimit } from './trust.ts'
export { readValues } from './values-files.ts'
export { verifySource } from './verify-source.ts'
