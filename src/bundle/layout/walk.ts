import { blockSize, paddedSize, readHeader } from '../../kernel/archive/index.ts'
import { bytes } from '../../kernel/errors/index.ts'
import type { Digest } from '../../kernel/oci/index.ts'
import type { BundleSource } from '../../kernel/ports/index.ts'
import { damaged, malformed, type ReportFault } from './fault.ts'
import { digestOfName, folders, indexFile, layoutFile, limits } from './layout.ts'
import { endSize } from './place.ts'

// Bytes read at once while looking for the next sound header.
const lookAhead = 1024 * 1024

/** A sound entry of a bundle file; `offset` is its body's. */
export interface BundleEntry {
  readonly name: string
  /** Set for blobs. */
  readonly digest?: Digest
  readonly offset: number
  readonly size: number
  /** When it was made, as its header says: seconds since 1970. */
  readonly mtime: number
  /** Whether the file holds the whole body. */
  readonly complete: boolean
}

/**
 * Reads a bundle's headers one after the other, never the bodies, and gives every entry that may be there. All
 * else is reported and stepped over. After an unreadable header it ends, unless `resync` makes it look for the
 * next sound one, block by block, and says at times in `onSearch` at which byte it is: a search through terabytes of
 * a hole can be ended by throwing there. Ends after more headers than a bundle can have, whatever they say.
 */
export async function* walkEntries(
  source: BundleSource,
  report: ReportFault,
  { resync = false, onSearch }: { readonly resync?: boolean; onSearch?(offset: number): void } = {},
): AsyncGenerator<BundleEntry> {
  const seen = new Set<string>()
  const blockAt = blockReader(source, onSearch)
  let headers = 0
  let lost = false
  for (let offset = 0; ; ) {
    if (offset + blockSize > source.size) {
      report(damaged('the file', `ends after ${bytes(source.size)}, without the mark that ends an archive`))
      return
    }
    const header = readHeader(await blockAt(offset, lost))
    const body = offset + blockSize
    if (header.kind === 'end' && !lost) return checkEnd(source, offset, report)
    if (header.kind === 'end' || (header.kind === 'fault' && header.size === undefined)) {
      if (!lost) report(damaged(`byte ${offset}`, header.kind === 'fault' ? header.message : 'no header'))
      if (!resync) return
      lost = true
      offset += blockSize
      continue
    }
    const name = header.name ?? ''
    const size = header.size ?? 0
    if (header.kind === 'fault' && lost) {
      offset += blockSize
      continue
    }
    lost = false
    if (++headers > limits.entries)
      return report(malformed('the archive', `has over ${limits.entries} entries`))
    const digest = digestOfName(name)
    if (header.kind === 'fault') report(malformed(name, header.message))
    else if (!isExpected(name, header.kind)) report(malformed(name, 'no name that a bundle may hold'))
    else if (seen.has(name)) report(malformed(name, 'is there twice'))
    else {
      seen.add(name)
      const complete = body + size <= source.size
      if (!complete)
        report(
          damaged(
            name,
            `${bytes(body + size - source.size)} of its ${bytes(size)} are missing: the file ends before`,
          ),
        )
      yield { name, ...(digest ? { digest } : {}), offset: body, size, mtime: header.mtime, complete }
    }
    offset = body + paddedSize(size)
  }
}

/** Reads single blocks, or far ahead at once where block after block is looked at. */
function blockReader(
  source: BundleSource,
  onSearch?: (offset: number) => void,
): (offset: number, ahead: boolean) => Promise<Uint8Array> {
  let start = 0
  let bytes: Uint8Array = new Uint8Array()
  return async (offset, ahead) => {
    if (offset < start || offset + blockSize > start + bytes.length) {
      if (ahead) onSearch?.(offset)
      start = offset
      bytes = await source.read(offset, ahead ? Math.min(lookAhead, source.size - offset) : blockSize)
    }
    return bytes.subarray(offset - start, offset - start + blockSize)
  }
}

function isExpected(name: string, kind: 'file' | 'folder'): boolean {
  if (kind === 'folder') return folders.some(folder => folder === name)
  return name === layoutFile || name === indexFile || digestOfName(name) !== undefined
}

/** Two blocks of zeros, and more zeros up to the 10 KiB that tar programs round up to. */
async function checkEnd(source: BundleSource, offset: number, report: ReportFault): Promise<void> {
  const rest = source.size - offset
  const looked = Math.min(rest, 20 * blockSize)
  const zeros = (await source.read(offset, looked)).every(byte => byte === 0)
  if (rest < endSize) report(damaged('the file', 'ends before the end of the archive'))
  else if (!zeros || rest > looked) report(malformed('the file', 'goes on after the end of the archive'))
}
