import { SealiftError } from '../../kernel/errors/index.ts'
import { readPackage } from '../../kernel/packages/index.ts'

/** What one released tool may weigh, packed or not, in bytes. */
export const toolBytes = 256 * 1024 * 1024

/**
 * The program itself: one file out of a .tar.gz, or the whole file where no member is named.
 * @throws SealiftError CONTENT_MISMATCH when the archive is unreadable, too large, or has no such member
 */
export async function toolProgram(packed: Uint8Array, member: string | undefined): Promise<Uint8Array> {
  if (member === undefined) return packed
  const found = await readPackage(packed, path => path === member, { entries: 5000, bytes: toolBytes })
  const program = found.get(member)
  if (program === undefined)
    throw new SealiftError('CONTENT_MISMATCH', `the tool's archive has no file ${member}`)
  return program
}
