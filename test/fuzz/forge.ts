/** A sound bundle taken apart, so that one part can be changed and everything that refers to it made to fit. */
import { entryHeader, paddedSize } from '../../src/kernel/archive/index.ts'
import { type Digest, digestOf, hexOf } from '../../src/kernel/oci/index.ts'
import { entriesOf } from '../support/forged-bundle.ts'
import { sampleBundle } from '../support/sample-bundle.ts'

/** An entry of the archive, as it will be written. */
export interface Part {
  name: string
  header: Buffer
  body: Buffer
}

/** A bundle in the making. */
export interface Forgery {
  parts: Part[]
}

const folder = 'blobs/sha256/'

/** A part that is a file as Sealift writes it. */
export function filePart(name: string, body: Buffer): Part {
  return { name, header: entryHeader(name, 'file', body.length, 0), body }
}

/** A blob under its digest. */
export function blobPart(body: Buffer): Part {
  return filePart(`${folder}${hexOf(digestOf(body))}`, body)
}

/** The digest in a part's name. */
export function digestOfPart({ name }: Part): Digest {
  return `sha256:${name.slice(folder.length)}`
}

const sound: readonly Part[] = entriesOf(sampleBundle().file).map(({ name, body, type }) => ({
  name,
  header: entryHeader(name, type === '5' ? 'folder' : 'file', body.length, 0),
  body,
}))

/** The sample, to be changed. Its parts are shared: replace them, never write into them. */
export function soundBundle(): Forgery {
  return { parts: [...sound] }
}

/** The archive's bytes. */
export function archiveOf({ parts }: Forgery): Buffer {
  const zeros = Buffer.alloc(1024)
  const blocks = parts.flatMap(({ header, body }) => [
    header,
    body,
    zeros.subarray(0, paddedSize(body.length) - body.length),
  ])
  return Buffer.concat([...blocks, zeros])
}

/** Kinds of documents, by a text that only they have. */
export const marks = {
  index: '"manifests":[{"annotations"',
  manifest: '"layers":[{"mediaType"',
  imageIndex: '"manifests":[{"mediaType"',
  config: '"diff_ids"',
  chart: '"layers":[{"digest"',
  artifact: '"dev.sealift.tool.name"',
  spec: 'kind: Bundle\n',
  lock: 'kind: BundleLock',
} as const

/** The parts with a text; those after many changes may have none. */
export function partsWith({ parts }: Forgery, mark: string): Part[] {
  return parts.filter(({ body }) => body.length < 1_000_000 && body.includes(mark))
}

/**
 * Gives a part other bytes, and makes every document that refers to it do so again, up to index.json. Documents
 * that were made to refer to each other are left alone after a few rounds.
 */
export function replace(forgery: Forgery, part: Part, body: Buffer, depth = 0): void {
  if (!part.name.startsWith(folder)) {
    swap(forgery, part, filePart(part.name, body))
    return
  }
  const [from, next] = [digestOfPart(part), blobPart(body)]
  swap(forgery, part, next)
  if (depth > 6 || digestOfPart(next) === from) return
  for (const other of partsWith(forgery, from)) {
    if (other !== next)
      replace(forgery, other, Buffer.from(mention(other.body.toString(), from, next)), depth + 1)
  }
}

/** Changes what every document says of a blob, in JSON and in the lock's YAML. */
function mention(text: string, from: Digest, to: Part): string {
  const digest = digestOfPart(to)
  const size = to.body.length
  return text
    .replaceAll(from, digest)
    .replace(new RegExp(`("digest":"${digest}"[^{}]*?"size":)\\d+`, 'g'), `$1${size}`)
    .replace(new RegExp(`(digest: ${digest}\\n *size: )\\d+`, 'g'), `$1${size}`)
    .replace(new RegExp(`(${digest}: )\\d+`, 'g'), `$1${size}`)
}

function swap(forgery: Forgery, part: Part, next: Part): void {
  forgery.parts = forgery.parts.map(one => (one === part ? next : one))
}

/** A part that is a JSON object, read; `undefined` when there is none any more. */
// biome-ignore lint/suspicious/noExplicitAny: any document, in any state
export function documentOf(part: Part | undefined): any {
  try {
    const value: unknown = JSON.parse(part?.body.toString() ?? '')
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
