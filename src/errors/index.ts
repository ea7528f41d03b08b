/** The one error base, its codes and exit codes, and words that are fit for people. No room is imported from here. */
export { bytes } from './bytes.ts'
export { type ErrorCode, exitCodes } from './codes.ts'
export { type ErrorDetails, messageOf, SealiftError, systemCode } from './error.ts'
export { printable } from './printable.ts'
