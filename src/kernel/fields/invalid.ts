import { type ErrorCode, printable, SealiftError } from '../errors/index.ts'

/** Most faults that are told of one file: rules between entries find one for each of a million. */
const mostFaults = 200

/** The error of a file with faults: how many it has, the first of them, and where its format is told. */
export function invalid(
  code: ErrorCode,
  fileName: string,
  faults: readonly string[],
  hints: readonly string[],
): SealiftError {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`
  const more = faults.length - mostFaults
  const told = more > 0 ? [...faults.slice(0, mostFaults), `and ${more} more`] : faults
  return new SealiftError(code, `${printable(fileName)} has ${count}`, { faults: told, hints })
}
