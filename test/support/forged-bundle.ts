/** Bundles that someone made by hand: a sound one taken apart, changed, and put together again, checksums right. */
import { entryHeader, paddedSize, readHeader } from '../../src/kernel/archive/index.ts'
import { canonicalJson, type Descriptor, digestOf, hexOf } from '../../src/kernel/oci/index.ts'

/** One entry of a tar, to be written as it is said. */
export interface RawEntry {
  name: string
  body: Buffer
  /** Type flag; `0` for a file. */
  type?: string
  linkTarget?: string
  /** Size that the header gives, when it is not the body's. */
  size?: number
}

/** The entries of a bundle file. */
export function entriesOf(file: Buffer): RawEntry[] {
  const entries: RawEntry[] = []
  for (let at = 0; ; ) {
    const header = readHeader(file.subarray(at, at + 512))
    if (header.kind === 'end' || header.kind === 'fault') return entries
    const body = file.subarray(at + 512, at + 512 + header.size)
    entries.push({ name: header.name, body, ...(header.kind === 'folder' ? { type: '5' } : {}) })
    at += 512 + paddedSize(header.size)
  }
}

/** Writes entries as a tar, with sound checksums whatever they say. */
export function tarWith(entries: readonly RawEntry[]): Buffer {
  const parts = entries.flatMap(({ name, body, type = '0', linkTarget = '', size = body.length }) => {
    const header = entryHeader('x', type === '5' ? 'folder' : 'file', size, 0)
    header.fill(0, 0, 100).write(name, 0)
    header.write(type, 156, 'latin1')
    header.write(linkTarget, 157)
    header.fill(' ', 148, 156)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')} \0`, 148, 'latin1')
    return [header, body, Buffer.alloc(paddedSize(body.length) - body.length)]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

/** Changes a bundle's entries. */
export function withEntries(file: Buffer, change: (entries: RawEntry[]) => RawEntry[]): Buffer {
  return tarWith(change(entriesOf(file)))
}

/** Changes index.json; the rest stays. */
export function withIndex(file: Buffer, change: (manifests: Descriptor[]) => unknown[]): Buffer {
  return withEntries(file, entries =>
    entries.map(entry => {
      if (entry.name !== 'index.json') return entry
      const index: { manifests: Descriptor[] } = JSON.parse(entry.body.toString())
      return { ...entry, body: Buffer.from(canonicalJson({ ...index, manifests: change(index.manifests) })) }
    }),
  )
}

/** Replaces the blob that `which` picks by another one, and every mention of its digest and size, up to index.json. */
export function withBlob(
  file: Buffer,
  which: (text: string) => boolean,
  change: (text: string) => string,
): Buffer {
  let entries = entriesOf(file)
  const replace = (old: Buffer, bytes: Buffer) => {
    const from = digestOf(old)
    entries = entries.map(entry =>
      entry.name === `blobs/sha256/${hexOf(from)}`
        ? { ...entry, name: `blobs/sha256/${hexOf(digestOf(bytes))}`, body: bytes }
        : entry,
    )
    for (const { body } of entries) {
      const text = body.toString('latin1')
      if (body === bytes || !text.startsWith('{') || !text.includes(from)) continue
      const next = Buffer.from(mention(JSON.parse(body.toString()), from, bytes))
      if (entries.find(entry => entry.body === body)?.name === 'index.json') {
        entries = entries.map(entry => (entry.body === body ? { ...entry, body: next } : entry))
      } else replace(body, next)
    }
  }
  const target = entries.find(({ name, body }) => name.startsWith('blobs/sha256/') && which(body.toString()))
  if (target === undefined) throw new Error('the sample has no such blob')
  replace(target.body, Buffer.from(change(target.body.toString())))
  return tarWith(entries)
}

function mention(value: unknown, from: string, to: Buffer): string {
  const text = JSON.stringify(value, (_, field: unknown) =>
    typeof field === 'object' && field !== null && 'digest' in field && field.digest === from
      ? { ...field, digest: digestOf(to), size: to.length }
      : field,
  )
  return canonicalJson(JSON.parse(text))
}
