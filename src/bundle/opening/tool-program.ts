import { SealiftError } from '../../kernel/errors/index.ts'
import { piecesOf, readPackage } from '../../kernel/packages/index.ts'

/** What one released tool may weigh, packed or not, in bytes. */
export const toolBytes = 256 * 1024 * 1024

/**
 * The program itself: one file out of a .tar.gz, or the whole file where no member is named.
 * @throws SealiftError CONTENT_MISMATCH when the archive is unreadable, too large, or has no such member
 */
export async function toolProgram(packed: Uint8Array, member: string | undefined): Promise<Uint8Array> {
  if (member === undefined) return packed
  const found = await readPackage(packed, path => path === member, limits)
  const program = found.get(member)
  if (program === undefined) throw absent(member)
  return program
}

/**
 * The same piece by piece, for a program that need not be in memory. `packed` is read to its very end, whatever lies behind
 * the archive, so that who checks it there is heard.
 * @throws SealiftError CONTENT_MISMATCH, for two files of that name as well, and what `packed` throws: after pieces that
 *   must not be used then
 */
export async function* toolPieces(
  packed: AsyncIterable<Uint8Array>,
  member: string | undefined,
): AsyncGenerator<Uint8Array> {
  if (member === undefined) return yield* packed
  const source = packed[Symbol.asyncIterator]()
  // Without `return`: who unpacks stops at the archive's end, and would end the source there.
  const kept = { [Symbol.asyncIterator]: () => ({ next: () => source.next() }) }
  let files = 0
  for await (const { first, bytes } of piecesOf(kept, path => path === member, limits)) {
    if (first) files += 1
    if (files > 1) throw new SealiftError('CONTENT_MISMATCH', `the tool's archive has ${member} twice`)
    yield bytes
  }
  while (!(await source.next()).done);
  if (files === 0) throw absent(member)
}

const limits = { entries: 5000, bytes: toolBytes }

function absent(member: string): SealiftError {
  return new SealiftError('CONTENT_MISMATCH', `the tool's archive has no file ${member}`)
}
