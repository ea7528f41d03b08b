/**
 * Objects of External Secrets Operator as they were written for its older releases, and what they are in `v1`: in files
 * of manifests, changed character by character, and in the cluster. Never encodes anew what others wrote, and changes
 * nothing that it would not read back as it was.
 */
export { manifestsAt } from './files.ts'
export { type Instead, type Note, noteShape } from './found.ts'
export { storedIn, storedKind } from './stored.ts'
export { rewriteText } from './text.ts'
