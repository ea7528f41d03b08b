import { type ErrorCode, printable, SealiftError } from '../errors/index.ts'

/** The error of a file with faults: how many it has, each of them, and where its format is told. */
export function invalid(
  code: ErrorCode,
  fileName: string,
  faults: readonly string[],
  hints: readonly string[],
): SealiftError {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`
  return new SealiftError(code, `${printable(fileName)} has ${count}`, { faults, hints })
}
