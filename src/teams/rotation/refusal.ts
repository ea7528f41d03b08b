import { SealiftError } from '../../kernel/errors/index.ts'

/** The error for a password that Sealift does not give anew; nothing was changed. */
export function refusal(why: string, ...hints: readonly string[]): SealiftError {
  return new SealiftError('TENANCY_UNMET', why, { hints })
}
