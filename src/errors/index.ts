/** The one error base, its codes and exit codes. No room is imported from here. */
export { type ErrorCode, exitCodes } from './codes.ts'
export { type ErrorDetails, messageOf, SealiftError, systemCode } from './error.ts'
export { printable } from './printable.ts'
