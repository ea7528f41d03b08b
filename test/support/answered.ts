import { SealiftError } from '../../src/kernel/errors/index.ts'

/** What the adapter throws for an answer of this status, or for none. */
export function answered(status: number | undefined, text: string): SealiftError {
  const cause = Object.assign(new Error(text), status === undefined ? {} : { status })
  return new SealiftError('SERVER_FAILED', `Infisical answered ${status}: ${text}`, { cause })
}
