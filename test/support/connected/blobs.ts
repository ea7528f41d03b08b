/** Blobs by digest, kept between runs beside the compiled tools. */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { cacheDir } from '../tools/build.ts'
import { completed, type Entry, tarStream } from './tar.ts'

/** One blob, on disk; the fields besides `path` are those of an OCI descriptor. */
export interface Blob {
  readonly mediaType: string
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly path: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** A gzipped tar, with the digest of the tar inside as an image config wants it. */
export interface Layer extends Blob {
  readonly diffId: string
}

const blobsDir = join(cacheDir, 'blobs', 'sha256')
const contentsDir = join(cacheDir, 'contents')
const layersDir = join(cacheDir, 'layers')
const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip'

/** Where the blob with this digest lies, or would lie. */
export function blobPath(digest: string): string {
  return join(blobsDir, digest.replace('sha256:', ''))
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')

/** Writes a file so that whoever sees it sees it whole, whatever else is writing the same one. */
async function appear(path: string, data: string | Buffer): Promise<void> {
  const writing = `${path}.${randomUUID()}`
  await mkdir(dirname(path), { recursive: true })
  await writeFile(writing, data)
  await rename(writing, path)
}

/** Keeps content as a blob. */
export async function storeBlob(content: string | Buffer, mediaType: string): Promise<Blob> {
  const data = Buffer.from(content)
  const digest = `sha256:${sha256(data)}`
  const path = blobPath(digest)
  if (!existsSync(path)) {
    await appear(path, data)
  }
  return { mediaType, digest, size: data.length, path }
}

/** The digest of a file's content; that of a large one is kept under its name, size and time, for it takes seconds. */
async function contentKey(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path)
  if (size < 1 << 20) return sha256(await readFile(path))
  const record = join(contentsDir, sha256(`${path} ${size} ${mtimeMs}`))
  if (existsSync(record)) return readFile(record, 'utf8')
  const content = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), content)
  const key = content.digest('hex')
  await appear(record, key)
  return key
}

async function fingerprint(entries: readonly Entry[], level: number): Promise<string> {
  const hash = createHash('sha256').update(`4 ${level}`)
  for (const entry of completed(entries)) {
    hash.update(JSON.stringify({ ...entry, source: undefined, content: undefined }))
    if ('source' in entry) hash.update(await contentKey(entry.source))
    else if ('content' in entry) hash.update(sha256(Buffer.from(entry.content)))
  }
  return hash.digest('hex')
}

/** Passes bytes on and tells their digest and number. */
function meter() {
  const hash = createHash('sha256')
  let size = 0
  const stream = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      size += chunk.length
      done(null, chunk)
    },
  })
  return { stream, result: () => ({ digest: `sha256:${hash.digest('hex')}`, size }) }
}

/** Writes a stream of tar bytes into the store, gzipped at `level` (0: stored), and gives the layer. */
export async function storeLayer(tar: AsyncIterable<Buffer>, level = 6): Promise<Layer> {
  await mkdir(blobsDir, { recursive: true })
  const writing = join(blobsDir, `writing-${randomUUID()}`)
  const plain = meter()
  const zipped = meter()
  try {
    await pipeline(tar, plain.stream, createGzip({ level }), zipped.stream, createWriteStream(writing))
    const { digest, size } = zipped.result()
    await rename(writing, blobPath(digest))
    return { mediaType: layerType, digest, size, path: blobPath(digest), diffId: plain.result().digest }
  } finally {
    await rm(writing, { force: true })
  }
}

/** The layer with these entries: from the cache if the same files were packed before. */
export async function layer(entries: readonly Entry[], level = 6): Promise<Layer> {
  const record = join(layersDir, `${await fingerprint(entries, level)}.json`)
  if (existsSync(record)) {
    const known = JSON.parse(await readFile(record, 'utf8')) as Omit<Layer, 'path'>
    if (existsSync(blobPath(known.digest))) return { ...known, path: blobPath(known.digest) }
  }
  const { path, ...made } = await storeLayer(tarStream(entries), level)
  await appear(record, JSON.stringify(made))
  return { ...made, path }
}
