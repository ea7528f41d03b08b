import { SealiftError } from '../../kernel/errors/index.ts'
import { type ChartSpec, isSameVersion } from '../../kernel/inputs/index.ts'
import {
  type Digest,
  digestOf,
  mediaTypes,
  parseManifest,
  parseReference,
  printReference,
} from '../../kernel/oci/index.ts'
import type { Files, Registry, Web } from '../../kernel/ports/index.ts'
import { type ChartArtifact, chartArtifact } from './chart-artifact.ts'
import { packChartFolder } from './chart-folder.ts'
import { type ChartMetadata, readChartMetadata } from './chart-metadata.ts'
import { packageFromRepository, withoutQuery } from './helm-repository.ts'
import { placeOf, reachOf } from './reach.ts'
import { chartBytes, configBytes, readBlob } from './read.ts'

/** Where charts and tools come from. `specDir` is the folder of bundle.yaml. */
export interface Sources {
  readonly specDir: string
  readonly files: Files
  readonly registry: Registry
  readonly web: Web
  readonly signal?: AbortSignal
}

/** A chart at hand: its package, what it says of itself, and the OCI artifact it travels as. */
export interface ResolvedChart {
  readonly spec: ChartSpec
  /** `oci://…`, `https://…` or the path, as the lock records it. */
  readonly source: string
  readonly package: Uint8Array
  readonly packageDigest: Digest
  readonly metadata: ChartMetadata
  readonly artifact: ChartArtifact
  /** Paths of the symbolic links in its folder that were followed. */
  readonly links: readonly string[]
}

/**
 * Gets one chart's package and checks that it is the chart and version asked for.
 * @throws SealiftError CHART_NOT_FOUND, CONTENT_MISMATCH, FILE_FAILED, SPEC_INVALID for a folder that cannot be
 *   packed whole, and those of the registry
 */
export async function resolveChart(spec: ChartSpec, sources: Sources): Promise<ResolvedChart> {
  const { source, packed, served, links = [] } = await obtain(spec, sources)
  const metadata = await readChartMetadata(packed, source)
  if (metadata.name !== spec.name || !isSameVersion(metadata.version, spec.version)) {
    throw new SealiftError(
      'CHART_NOT_FOUND',
      `${source} holds ${metadata.name} ${metadata.version}, not ${spec.name} ${spec.version}`,
      {
        hints: [`Correct name or version of the chart ${spec.name} in bundle.yaml.`],
      },
    )
  }
  const artifact = served ?? chartArtifact(metadata, packed)
  return { spec, source, package: packed, packageDigest: digestOf(packed), metadata, artifact, links }
}

interface Obtained {
  readonly source: string
  readonly packed: Uint8Array
  /** The artifact as its registry has it; the other kinds get one made. */
  readonly served?: ChartArtifact
  readonly links?: readonly string[]
}

async function obtain(spec: ChartSpec, sources: Sources): Promise<Obtained> {
  if (spec.oci !== undefined) return fromRegistry(spec.oci, spec, sources)
  if (spec.path !== undefined) return { source: spec.path, ...(await fromPath(spec.path, spec, sources)) }
  const repo = spec.repo ?? ''
  const found = await packageFromRepository(repo, spec, sources)
  const source = withoutQuery(repo)
  // A Helm repository may list packages that lie in an OCI registry (Bitnami's does).
  if ('oci' in found) return { ...(await fromRegistry(found.oci, spec, sources)), source }
  return { source, packed: found.packed }
}

async function fromRegistry(
  repository: string,
  spec: ChartSpec,
  { registry, signal }: Sources,
): Promise<Obtained> {
  const source = `oci://${repository}`
  // Tags know no plus sign: Helm writes an underscore for it.
  const reference = parseReference(`${repository}:${spec.version.replaceAll('+', '_')}`)
  if (reference === undefined) throw new SealiftError('CHART_NOT_FOUND', `${source} is not an OCI repository`)
  const manifest = await registry.manifest(reference, signal).catch((error: unknown) => {
    if (!(error instanceof SealiftError) || error.code !== 'IMAGE_NOT_FOUND') throw error
    throw new SealiftError(
      'CHART_NOT_FOUND',
      `chart ${spec.name}: ${source} has no version ${spec.version}`,
      {
        hints: [
          'A registry offers no list of nearby versions here: look the version up at the chart’s publisher.',
        ],
        cause: error,
      },
    )
  })
  const name = printReference(reference)
  const { config, layers } = parseManifest(manifest.bytes, name)
  const descriptors = [
    { blob: config, limit: configBytes },
    ...layers.map(blob => ({ blob, limit: chartBytes })),
  ]
  const blobs = []
  for (const { blob, limit } of descriptors) {
    blobs.push({ descriptor: blob, bytes: await readBlob(registry, reference, blob, limit, signal) })
  }
  const packed = blobs.find(({ descriptor }) => descriptor.mediaType === mediaTypes.helmChart)
  if (packed === undefined) {
    throw new SealiftError(
      'CHART_NOT_FOUND',
      `${name} is not a Helm chart: it has no layer ${mediaTypes.helmChart}`,
    )
  }
  return { source, packed: packed.bytes, served: { manifest, blobs } }
}

async function fromPath(
  path: string,
  spec: ChartSpec,
  { files, specDir }: Sources,
): Promise<Pick<Obtained, 'packed' | 'links'>> {
  const full = `${specDir}/${path}`
  if (!(await files.exists(full)))
    throw new SealiftError('CHART_NOT_FOUND', `chart ${spec.name}: ${full} is not there`)
  const place = await placeOf(path, specDir, files)
  if (place.kind === 'folder')
    return packChartFolder(place.path, spec.name, { files, reach: await reachOf(specDir, files) })
  if (place.kind !== 'file')
    throw new SealiftError('SPEC_INVALID', `chart ${spec.name}: ${full} is a ${place.kind}`)
  const packed = await files.readBytes(place.path)
  if (packed.length > chartBytes) throw new SealiftError('FILE_FAILED', `${full} is larger than 64 MiB`)
  return { packed }
}
