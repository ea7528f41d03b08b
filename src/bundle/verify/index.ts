/**
 * Checks a whole bundle file: takes its bytes and gives every fault there is, each with the image or chart that
 * it concerns, and never stops at the first. Reads the file once from front to back; changes nothing.
 */
export { type Base, type Verdict, type VerifyOptions, verdict, verifyBundle } from './verify.ts'
