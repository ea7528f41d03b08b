/**
 * The keys of a site as a file that only age identities open. Reads no file and no cluster itself, and gives a key in a
 * `Secret` only.
 */
export type { AskPassphrase } from './age.ts'
export type { Escrow } from './document.ts'
export { openEscrow, sealEscrow } from './escrow.ts'
export { identitiesIn } from './identities.ts'
export { type Given, recipientsIn, requireRecipients } from './recipients.ts'
