import { type ErrorCode, exitCodes } from './codes.ts'

/** What a {@link SealiftError} carries beside its message. */
export interface ErrorDetails {
  /** What the user can do next, one sentence each. */
  readonly hints?: readonly string[]
  /** Single faults where several were found at once, e.g. in a spec. */
  readonly faults?: readonly string[]
  readonly cause?: unknown
}

/** What {@link SealiftError.with} adds; `prefix` goes before the message. */
interface Additions extends Pick<ErrorDetails, 'hints' | 'faults'> {
  readonly prefix?: string
}

/** The one error users see: what happened, to what, and what to do next. Carries no secret and no stack. */
export class SealiftError extends Error {
  readonly code: ErrorCode
  readonly exitCode: number
  readonly hints: readonly string[]
  readonly faults: readonly string[]
  /** Where oclif looks for the exit code when it prints for people. */
  readonly oclif: { readonly exit: number }

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : {})
    this.name = 'SealiftError'
    this.code = code
    this.exitCode = exitCodes[code]
    this.hints = details.hints ?? []
    this.faults = details.faults ?? []
    this.oclif = { exit: this.exitCode }
  }

  /** The same error with more to say, and itself as the cause: hints and faults are added behind its own. */
  with({ prefix = '', hints = [], faults = [] }: Additions): SealiftError {
    return new SealiftError(this.code, `${prefix}${this.message}`, {
      hints: [...this.hints, ...hints],
      faults: [...this.faults, ...faults],
      cause: this,
    })
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The system's error code (`ENOSPC`, `ECONNREFUSED`, …) of anything that was thrown, its causes included. */
export function systemCode(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code
  }
  return undefined
}
