import { bytes as inUnits } from '../../kernel/errors/index.ts'
import {
  annotations,
  canonicalJson,
  type Descriptor,
  type Digest,
  digestOf,
  type Index,
  mediaTypes,
  parseIndex,
  parseJson,
} from '../../kernel/oci/index.ts'
import type { BundleSource } from '../../kernel/ports/index.ts'
import type { BundleLock } from '../lock/index.ts'
import { type AbsentLayer, absentLayers } from './absent.ts'
import { checkAgainstLock } from './agreement.ts'
import type { CarriedAttachment, CarriedImage } from './carried-image.ts'
import { damaged, type Fault, malformed, missingFile, type ReportFault } from './fault.ts'
import { folders, indexFile, layoutContent, layoutFile, limits } from './layout.ts'
import { type BlobToPlace, endSize, entrySize } from './place.ts'
import { type Artifact, readArtifact } from './read-artifact.ts'
import { isAttachment, readAttachment } from './read-attachment.ts'
import { type CarriedChart, readChart } from './read-chart.ts'
import { readImage } from './read-image.ts'
import { missingBlob, type Reading, reading } from './reading.ts'
import type { BundleEntry } from './walk.ts'

/** What could be read of a bundle's structure; complete when no fault was reported. */
export interface Structure {
  /** Digest of index.json: the bundle's identity. */
  readonly digest?: Digest
  /** The bytes of index.json: what a signature is over. */
  readonly index?: Uint8Array
  readonly images: readonly CarriedImage[]
  readonly charts: readonly CarriedChart[]
  readonly attachments: readonly CarriedAttachment[]
  readonly artifact?: Artifact
  /** What makes it a delta: layers that it leaves out. Only a bundle that is sound in all else has any. */
  readonly absent: readonly AbsentLayer[]
  /** Every blob that it refers to, absent ones included. */
  readonly blobs: readonly BlobToPlace[]
  /** Who refers to a blob: `image …`, `chart …`, `file …`. */
  owner(digest: Digest): string | undefined
}

/** Reads index.json and everything small that it leads to, and reports every fault. Layers are not read. */
export async function readStructure(
  source: BundleSource,
  entries: readonly BundleEntry[],
  tell: ReportFault,
): Promise<Structure> {
  let sound = entries.reduce((sum, { size }) => sum + entrySize(size), endSize) === source.size
  const report = (fault: Fault) => {
    sound = false
    tell(fault)
  }
  const blobs = new Map(entries.flatMap(entry => (entry.digest ? [[entry.digest, entry] as const] : [])))
  const state = reading(source, blobs, report)
  const byName = (name: string) => entries.find(entry => entry.name === name)
  const layout = await topFile(source, byName(layoutFile), layoutFile, report)
  if (layout !== undefined && !layoutContent.equals(layout)) {
    report(malformed(layoutFile, 'is not that of an OCI image layout 1.0.0'))
  }
  const bytes = await topFile(source, byName(indexFile), indexFile, report)
  const index = bytes && state.parsed(indexFile, () => readIndex(bytes))
  const contents = await readContents(index?.manifests ?? [], state)
  const { claimed } = state
  const owner = (digest: Digest) => claimed.get(digest)?.owner
  if (bytes === undefined) return { ...contents, absent: [], blobs: [], owner }
  if (state.whole && contents.artifact !== undefined) {
    const { lock, tools } = contents.artifact
    checkAgainstLock(lock, { ...contents, tools }, report)
  }
  checkStowaways(state)
  const absent = sound ? absentLayers(contents.images, state) : []
  if (absent.length === 0) checkMissing(state, source.size, bytes.length)
  const placed = [...state.claimed].map(([digest, { size, small }]) => ({ digest, size, small }))
  return { digest: digestOf(bytes), index: bytes, ...contents, absent, blobs: placed, owner }
}

async function topFile(
  source: BundleSource,
  entry: BundleEntry | undefined,
  name: string,
  report: ReportFault,
): Promise<Uint8Array | undefined> {
  if (entry === undefined) report(missingFile(name))
  else if (entry.size > limits.index) report(malformed(name, `is larger than ${inUnits(limits.index)}`))
  else if (entry.complete) return source.read(entry.offset, entry.size)
  return undefined
}

function readIndex(bytes: Uint8Array): Index {
  const index = parseIndex(bytes, indexFile)
  if (!Buffer.from(canonicalJson(parseJson(bytes, limits.index))).equals(bytes)) {
    throw new Error('is not in the one form that Sealift writes')
  }
  return index
}

async function readContents(manifests: readonly Descriptor[], state: Reading) {
  const images: CarriedImage[] = []
  const charts: CarriedChart[] = []
  const artifacts: (Artifact | undefined)[] = []
  const attached: Descriptor[] = []
  const unread: Descriptor[] = []
  const names = new Set<string>()
  for (const entry of manifests) {
    const named =
      annotations.containerdName in (entry.annotations ?? {}) ||
      annotations.refName in (entry.annotations ?? {})
    const chart = entry.artifactType === mediaTypes.helmConfig
    const artifact = entry.artifactType === mediaTypes.bundleArtifact
    const attachment = isAttachment(entry)
    if ([named, chart, artifact, attachment].filter(Boolean).length !== 1) {
      state.parsed(indexFile, () => unknownEntry(entry))
    } else if (named) unread.push(entry)
    else if (chart) charts.push(...[(await readChart(entry, state)) ?? []].flat())
    else if (artifact) artifacts.push(await readArtifact(entry, state))
    else attached.push(entry)
  }
  if (artifacts.length !== 1)
    state.report(malformed(indexFile, `names ${artifacts.length} Sealift artifacts, not one`))
  const [artifact] = artifacts
  for (const entry of unread) {
    const image = await readImage(entry, state, artifact && lockedManifests(artifact.lock))
    images.push(image)
    if (names.has(image.name)) state.report(malformed(`image ${image.name}`, 'is there twice'))
    names.add(image.name)
  }
  const attachments = await readAttachments(attached, images, state)
  return { images, charts, attachments, ...(artifact ? { artifact } : {}) }
}

/** By image name, the manifests that a lock says are carried whole. */
function lockedManifests({ images }: BundleLock): (name: string) => ReadonlySet<Digest> {
  const locked = new Map(
    images.map(({ name, platforms }) => [name, new Set(Object.values(platforms).map(one => one.manifest))]),
  )
  return name => locked.get(name) ?? new Set()
}

/** What entries of index.json and images' own indexes attach to images, each once. */
async function readAttachments(
  entries: readonly Descriptor[],
  images: readonly CarriedImage[],
  state: Reading,
): Promise<CarriedAttachment[]> {
  const keyOf = ({ subject, descriptor }: CarriedAttachment) => `${subject} ${descriptor.digest}`
  const found = new Map(
    images.flatMap(({ attestations }) => attestations).map(one => [keyOf(one), one] as const),
  )
  for (const entry of entries) {
    const attachment = await readAttachment(entry, images, state)
    if (attachment === undefined) continue
    if (found.has(keyOf(attachment))) state.report(malformed(`attachment ${entry.digest}`, 'is there twice'))
    found.set(keyOf(attachment), attachment)
  }
  return [...found.values()]
}

function unknownEntry({ digest }: Descriptor): never {
  throw new Error(
    `${digest} is neither a named image, nor a chart, attachment or Sealift artifact without a name`,
  )
}

/** Blobs that nothing refers to. */
function checkStowaways(state: Reading): void {
  if (!state.whole) return
  for (const digest of state.blobs.keys()) {
    if (!state.claimed.has(digest))
      state.report(malformed(`blob ${digest}`, 'nothing in the bundle refers to it'))
  }
}

/** Layers that are missing where nothing may be, and how much is missing of a file that was cut off. */
function checkMissing(state: Reading, size: number, indexSize: number): void {
  const missing = [...state.claimed].filter(([digest, { layer }]) => layer && !state.blobs.has(digest))
  for (const [digest, { size, owner }] of missing) state.report(missingBlob({ digest, size }, owner))
  // Layers stand in the order of their digests: one that is missing before another was never there.
  const last = [...state.blobs.keys()]
    .filter(digest => !state.claimed.get(digest)?.small)
    .sort()
    .at(-1)
  if (!state.whole || missing.some(([digest]) => last !== undefined && digest < last)) return
  const tops = [layoutContent.length, indexSize, ...folders.map(() => 0)]
  const sizes = [...tops, ...[...state.claimed.values()].map(blob => blob.size)]
  const expected = sizes.reduce((sum, bytes) => sum + entrySize(bytes), endSize)
  if (expected > size) {
    state.report(
      damaged(
        'the file',
        `${inUnits(expected - size)} of its ${inUnits(expected)} are missing: it was cut off`,
      ),
    )
  }
}
