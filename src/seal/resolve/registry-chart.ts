import { maxIndexDepth } from '../../bundle/layout/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { ChartSpec } from '../../kernel/inputs/index.ts'
import {
  attestedBy,
  type Digest,
  type Index,
  isChartPackage,
  isIndexType,
  isManifestType,
  mediaTypes,
  parseIndex,
  parseManifest,
  parseReference,
  printReference,
  type Reference,
} from '../../kernel/oci/index.ts'
import type { Content, Registry, ServedManifest } from '../../kernel/ports/index.ts'
import type { ChartArtifact } from './chart-artifact.ts'
import { type KnownArtifact, packageAsKnown } from './known-artifact.ts'
import { nearestTags } from './nearest-tags.ts'
import { chartBytes, configBytes, readBlob } from './read.ts'

/** Where to ask. */
interface Asking {
  readonly registry: Registry
  readonly signal?: AbortSignal
}

/** A chart's package, and its artifact; where that is one that was known and not read, its manifest alone. */
interface FromRegistry {
  readonly source: string
  readonly packed: Uint8Array
  readonly served?: ChartArtifact
  readonly known?: Content
}

/**
 * A chart out of an OCI registry, as `helm push` lays it out, or as helm before 3.7 did; its tag may be that of an index
 * with one chart in it. Of one that is known only the package is read, where the tag still names its manifest; what an
 * index leads to is read each time, since what is known of a chart does not say of which index it came.
 * @throws SealiftError CHART_NOT_FOUND with the nearest versions there are, CONTENT_MISMATCH, and those of the registry
 */
export async function chartFromRegistry(
  repository: string,
  spec: ChartSpec,
  asking: Asking & { readonly known?: ReadonlyMap<string, readonly KnownArtifact[]> },
): Promise<FromRegistry> {
  const { registry, signal } = asking
  const source = `oci://${repository}`
  // Tags know no plus sign: Helm writes an underscore for it.
  const reference = parseReference(`${repository}:${spec.version.replaceAll('+', '_')}`)
  if (reference === undefined) throw new SealiftError('CHART_NOT_FOUND', `${source} is not an OCI repository`)
  const known = asking.known?.get(spec.name) ?? []
  const again = await packageAsKnown(reference, known, chartBytes, registry, signal)
  if (again !== undefined) return { source, packed: again.packed, known: again.manifest }
  const served = await registry.manifest(reference, signal).catch(async (error: unknown) => {
    if (!(error instanceof SealiftError) || error.code !== 'IMAGE_NOT_FOUND') throw error
    const versionOf = (tag: string) => tag.replaceAll('_', '+')
    const near = await nearestTags(reference, spec.version, { ...asking, versionOf })
    const hint = near ?? 'The registry lists no versions: look the version up at the chart’s publisher.'
    const message = `chart ${spec.name}: ${source} has no version ${spec.version}`
    // What else was asked, such as the registry behind a mirror, may have another story.
    throw new SealiftError('CHART_NOT_FOUND', message, { hints: [hint], faults: error.faults, cause: error })
  })
  const name = printReference(reference)
  const manifest = isIndexType(served.descriptor.mediaType)
    ? await onlyChart(served, reference, asking)
    : served
  const { config, layers } = parseManifest(manifest.bytes, name)
  const packages = layers.filter(({ mediaType }) => isChartPackage(mediaType))
  if (config.mediaType !== mediaTypes.helmConfig || packages.length !== 1) {
    const why = packages.length > 1 ? 'it has several packages' : `it has no layer ${mediaTypes.helmChart}`
    const other = `its config is no ${mediaTypes.helmConfig}`
    const what = packages.length === 1 ? other : why
    throw new SealiftError('CHART_NOT_FOUND', `${name} is not a Helm chart: ${what}`)
  }
  const descriptors = [
    { blob: config, limit: configBytes },
    ...layers.map(blob => ({ blob, limit: chartBytes })),
  ]
  const blobs = []
  for (const { blob, limit } of descriptors) {
    blobs.push({ descriptor: blob, bytes: await readBlob(registry, reference, blob, limit, signal) })
  }
  const packed = blobs.find(({ descriptor }) => descriptor === packages[0])
  if (packed === undefined) throw new Error('the package is among the layers that were read')
  return { source, packed: packed.bytes, served: { manifest, blobs } }
}

/** Most manifests of an index that are looked at for a chart. */
const most = 40

/** The one chart that an index leads to, beside images or not. @throws SealiftError CHART_NOT_FOUND for none, or several */
async function onlyChart(
  top: ServedManifest,
  reference: Reference,
  { registry, signal }: Asking,
): Promise<ServedManifest> {
  const { tag: _, ...place } = reference
  const name = printReference(reference)
  const seen = new Set<Digest>()
  const charts: ServedManifest[] = []
  const read = async ({ manifests }: Index, depth: number): Promise<void> => {
    for (const entry of manifests) {
      const { digest, mediaType } = entry
      const nested = isIndexType(mediaType)
      if (seen.has(digest) || seen.size >= most || attestedBy(entry) !== undefined) continue
      if (nested ? depth === maxIndexDepth : !isManifestType(mediaType)) continue
      seen.add(digest)
      // Of images some platforms may be left out.
      const served = await registry.manifest({ ...place, digest }, signal).catch(absent)
      if (served === undefined) continue
      const document = readable(() => (nested ? parseIndex : parseManifest)(served.bytes, digest))
      if (document === undefined) continue
      if ('manifests' in document) await read(document, depth + 1)
      else if (document.config.mediaType === mediaTypes.helmConfig) charts.push(served)
    }
  }
  await read(parseIndex(top.bytes, name), 1)
  const [chart, ...more] = charts
  if (chart !== undefined && more.length === 0) return chart
  if (chart === undefined)
    throw new SealiftError('CHART_NOT_FOUND', `${name} is not a Helm chart: it is an index without one`)
  throw new SealiftError(
    'CHART_NOT_FOUND',
    `${name} is an index of ${charts.length} Helm charts: which one is meant is open`,
    {
      faults: charts.map(({ descriptor }) => descriptor.digest),
      hints: ['Push each chart under a tag of its own, or name a copy of the chart by its path.'],
    },
  )
}

/** What lies beside a chart may be of any form: what cannot be read is none. */
function readable<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
    return undefined
  }
}

function absent(error: unknown): undefined {
  if (!(error instanceof SealiftError) || error.code !== 'IMAGE_NOT_FOUND') throw error
}
