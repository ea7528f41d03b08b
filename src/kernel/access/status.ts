import { SealiftError } from '../errors/index.ts'

/** The HTTP status that Infisical answered with, where that is what went wrong; `undefined` for anything else. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof SealiftError) || error.code !== 'SERVER_FAILED') return undefined
  const { cause } = error
  const status = cause instanceof Error && 'status' in cause ? cause.status : undefined
  return typeof status === 'number' ? status : undefined
}
