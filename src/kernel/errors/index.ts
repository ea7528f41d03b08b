/** The one error base, its codes and exit codes, and words that are fit for people. No room is imported from here. */
export { bytes, printMemory } from './bytes.ts'
export { type ErrorCode, exitCodes } from './codes.ts'
export { count } from './count.ts'
export { type ErrorDetails, messageOf, SealiftError, systemCode } from './error.ts'
export { printable } from './printable.ts'
export { isRefusal, Refusal } from './refusal.ts'
export { ServerTrouble, troubleOf } from './trouble.ts'
