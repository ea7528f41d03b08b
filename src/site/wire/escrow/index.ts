/**
 * The keys of a site as a file that only age identities open, and the note in the cluster that there is one. Gives a
 * key in a `Secret` only, and puts none back itself.
 */
export type { AskPassphrase } from './age.ts'
export { type Escrow, parseEscrow, printEscrow } from './document.ts'
export { openEscrow, sealEscrow } from './escrow.ts'
export { identitiesIn } from './identities.ts'
export { type Given, recipientsIn, requireRecipients, temporaryIdentity } from './recipients.ts'
export { type Bytes, decryptedBy, encryptedTo } from './stream.ts'
export { isEscrowOf, type Writing, writeEscrow } from './write.ts'
