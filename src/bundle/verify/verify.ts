import { createHash } from 'node:crypto'
import * as z from 'zod'
import { blockSize, paddedSize } from '../../kernel/archive/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { type Digest, digestShape, hexOf } from '../../kernel/oci/index.ts'
import type { BundleSource, Progress } from '../../kernel/ports/index.ts'
import {
  absentLayer,
  type Bundle,
  type BundleEntry,
  changedBlob,
  fault,
  faultList,
  findLayers,
  layerBytes,
  malformed,
  readStructure,
  walkEntries,
  wrongPlatform,
} from '../layout/index.ts'
import { hashVolumes } from './volumes.ts'

/** How to verify. */
export interface VerifyOptions {
  /** Told of bytes read, of the whole file. */
  readonly onProgress?: (progress: Progress) => void
  readonly signal?: AbortSignal
  /** A platform (`linux/amd64`) that every image must be there for. */
  readonly platform?: string
  /** Older bundles in which a delta's absent layers are looked for, and hashed; `name` is for faults. */
  readonly bases?: readonly Base[]
}

/** An older bundle, open. */
export interface Base {
  readonly name: string
  readonly bundle: Pick<Bundle, 'has' | 'bytes'>
}

/**
 * What a bundle file was found to be. It is sound when `faults` is empty, and whole when `missing` is empty too.
 */
export const verdict = z.strictObject({
  /** The bundle's identity, unless index.json cannot be read. */
  digest: digestShape.optional(),
  /** The file's bytes. */
  size: z.number(),
  faults: z.array(fault).readonly(),
  /** Full names of the images that are here. */
  images: z.array(z.string()),
  /** `name version` of the charts that are here. */
  charts: z.array(z.string()),
  /** The layers that a delta leaves out. */
  absent: z.array(absentLayer).readonly(),
  /** Those of them that no base has. */
  missing: z.array(absentLayer).readonly(),
})
export type Verdict = z.infer<typeof verdict>

/**
 * Reads a bundle file once and finds every fault: in headers, in each blob's bytes, and in what the parts say of
 * each other. A delta's absent layers are then read in its bases.
 * @throws SealiftError INTERRUPTED when the signal is aborted; what reading the files throws
 */
export async function verifyBundle(file: BundleSource, options: VerifyOptions = {}): Promise<Verdict> {
  const volumes = hashVolumes(file)
  const { source } = volumes
  const list = faultList()
  const { report } = list
  const entries: BundleEntry[] = []
  const changed: Digest[] = []
  let total = source.size
  const progress = (done: number) => {
    if (options.signal?.aborted) throw new SealiftError('INTERRUPTED', 'interrupted while verifying')
    options.onProgress?.({ done, total })
  }
  progress(0)
  for await (const entry of walkEntries(source, report, { resync: true, onSearch: progress })) {
    entries.push(entry)
    if (!entry.complete) continue
    let done = entry.offset
    const hex = await source.digest(entry.offset, entry.size, bytes => {
      done += bytes
      progress(done)
    })
    if (entry.digest !== undefined && hex !== hexOf(entry.digest)) changed.push(entry.digest)
    if (!(await isZeros(source, entry)))
      report(malformed(entry.name, 'is followed by bytes that are not zeros'))
  }
  const { digest, images, charts, absent, owner } = await readStructure(source, entries, report)
  for (const blob of changed) report(changedBlob(blob, owner(blob) ?? `blob ${blob}`))
  const { platform } = options
  if (platform !== undefined) {
    for (const { name, platforms } of images)
      if (!platforms.has(platform)) report(wrongPlatform(`image ${name}`, platform, [...platforms.keys()]))
  }
  for (const fault of await volumes.faults()) report(fault)
  const { found, missing } = findLayers(absent, options.bases ?? [])
  let done = source.size
  total += layerBytes(found.map(({ layer }) => layer))
  for (const { layer, base } of found) {
    const hex = await hashOf(base.bundle.bytes(layer.digest, 0), done, progress)
    if (hex !== hexOf(layer.digest)) report(changedBlob(layer.digest, `base ${base.name}`))
    done += layer.size
  }
  progress(total)
  return {
    ...(digest ? { digest } : {}),
    size: source.size,
    faults: list.faults,
    images: images.map(image => image.name),
    charts: charts.map(chart => `${chart.name} ${chart.version}`),
    absent,
    missing,
  }
}

async function hashOf(
  chunks: AsyncIterable<Uint8Array>,
  before: number,
  progress: (done: number) => void,
): Promise<string> {
  const hash = createHash('sha256')
  let done = before
  for await (const chunk of chunks) {
    hash.update(chunk)
    done += chunk.length
    progress(done)
  }
  return hash.digest('hex')
}

async function isZeros(source: BundleSource, { offset, size }: BundleEntry): Promise<boolean> {
  const end = offset + size
  const length = Math.min(paddedSize(size) - size, blockSize, source.size - end)
  return length === 0 || (await source.read(end, length)).every(byte => byte === 0)
}
