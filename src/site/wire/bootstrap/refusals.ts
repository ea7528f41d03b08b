import { SealiftError } from '../../../kernel/errors/index.ts'

/** The HTTP status that Infisical answered with, where that is what went wrong; `undefined` for anything else. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof SealiftError) || error.code !== 'SERVER_FAILED') return undefined
  const { cause } = error
  const status = cause instanceof Error && 'status' in cause ? cause.status : undefined
  return typeof status === 'number' ? status : undefined
}

/** Whether Infisical understood a call and said no (4xx), so that the same call would be refused again. */
export function refused(error: unknown): boolean {
  const status = statusOf(error) ?? 0
  return status >= 400 && status < 500
}
