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
} from '../oci/index.ts'
import type { BundleSource } from '../ports/index.ts'
import { checkAgainstLock } from './agreement.ts'
import { damaged, malformed, type ReportFault } from './fault.ts'
import { folders, indexFile, layoutContent, layoutFile, limits } from './layout.ts'
import { endSize, entrySize } from './place.ts'
import { type Artifact, readArtifact } from './read-artifact.ts'
import { type CarriedChart, readChart } from './read-chart.ts'
import { type CarriedImage, readImage } from './read-image.ts'
import { type Reading, reading } from './reading.ts'
import type { BundleEntry } from './walk.ts'

/** What could be read of a bundle's structure; complete when no fault was reported. */
export interface Structure {
  /** Digest of index.json: the bundle's identity. */
  readonly digest?: Digest
  readonly images: readonly CarriedImage[]
  readonly charts: readonly CarriedChart[]
  readonly artifact?: Artifact
  /** Who refers to a blob: `image …`, `chart …`, `file …`. */
  owner(digest: Digest): string | undefined
}

/** Reads index.json and everything small that it leads to, and reports every fault. Layers are not read. */
export async function readStructure(
  source: BundleSource,
  entries: readonly BundleEntry[],
  report: ReportFault,
): Promise<Structure> {
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
  if (bytes === undefined) return { ...contents, owner }
  if (state.whole && contents.artifact !== undefined) {
    const { lock, tools } = contents.artifact
    checkAgainstLock(lock, { ...contents, tools }, report)
  }
  checkBlobs(state, source.size, bytes.length)
  return { digest: digestOf(bytes), ...contents, owner }
}

async function topFile(
  source: BundleSource,
  entry: BundleEntry | undefined,
  name: string,
  report: ReportFault,
): Promise<Uint8Array | undefined> {
  if (entry === undefined) report(malformed(name, 'is missing'))
  else if (entry.size > limits.index) report(malformed(name, `is larger than ${limits.index} bytes`))
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
  const names = new Set<string>()
  for (const entry of manifests) {
    const named =
      annotations.containerdName in (entry.annotations ?? {}) ||
      annotations.refName in (entry.annotations ?? {})
    const chart = entry.artifactType === mediaTypes.helmConfig
    const artifact = entry.artifactType === mediaTypes.bundleArtifact
    if (named && !chart && !artifact) {
      const image = await readImage(entry, state)
      if (image !== undefined) images.push(image)
      const name = image?.name ?? ''
      if (names.has(name)) state.report(malformed(`image ${name}`, 'is there twice'))
      names.add(name)
    } else if (chart && !named) charts.push(...[(await readChart(entry, state)) ?? []].flat())
    else if (artifact && !named) artifacts.push(await readArtifact(entry, state))
    else state.parsed(indexFile, () => unknownEntry(entry))
  }
  if (artifacts.length !== 1)
    state.report(malformed(indexFile, `names ${artifacts.length} Sealift artifacts, not one`))
  const [artifact] = artifacts
  return { images, charts, ...(artifact ? { artifact } : {}) }
}

function unknownEntry({ digest }: Descriptor): never {
  throw new Error(`${digest} is neither a named image, nor a chart or Sealift artifact without a name`)
}

/** Blobs that nothing refers to, and how much is missing of a file that was cut off. */
function checkBlobs(state: Reading, size: number, indexSize: number): void {
  if (!state.whole) return
  for (const digest of state.blobs.keys()) {
    if (!state.claimed.has(digest))
      state.report(malformed(`blob ${digest}`, 'nothing in the bundle refers to it'))
  }
  const tops = [layoutContent.length, indexSize, ...folders.map(() => 0)]
  const sizes = [...tops, ...[...state.claimed.values()].map(blob => blob.size)]
  const expected = sizes.reduce((sum, bytes) => sum + entrySize(bytes), endSize)
  if (expected > size) {
    state.report(
      damaged('the file', `${expected - size} of its ${expected} bytes are missing: it was cut off`),
    )
  }
}
