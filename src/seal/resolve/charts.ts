import { SealiftError } from '../../kernel/errors/index.ts'
import { type ChartSpec, isSameVersion } from '../../kernel/inputs/index.ts'
import { type Digest, digestOf } from '../../kernel/oci/index.ts'
import type { Content, Files, Registry, Web } from '../../kernel/ports/index.ts'
import { type ChartArtifact, chartArtifact } from './chart-artifact.ts'
import { packChartFolder } from './chart-folder.ts'
import { type ChartMetadata, readChartMetadata } from './chart-metadata.ts'
import { packageFromRepository, withoutQuery } from './helm-repository.ts'
import type { KnownArtifact } from './known-artifact.ts'
import { placeOf, reachOf } from './reach.ts'
import { chartBytes } from './read.ts'
import { chartFromRegistry } from './registry-chart.ts'

/** Where charts and tools come from. `specDir` is the folder of bundle.yaml. */
export interface Sources {
  readonly specDir: string
  readonly files: Files
  readonly registry: Registry
  readonly web: Web
  readonly signal?: AbortSignal
  /** What charts were before, by name: of one that still is the same only the package is read. */
  readonly known?: ReadonlyMap<string, readonly KnownArtifact[]>
  /** The same of tools, by source: `oci://…`. */
  readonly knownTools?: ReadonlyMap<string, readonly KnownArtifact[]>
}

/** A chart at hand: its package, what it says of itself, and the OCI artifact it travels as. */
export interface ResolvedChart {
  readonly spec: ChartSpec
  /** `oci://…`, `https://…` or the path, as the lock records it. */
  readonly source: string
  readonly package: Uint8Array
  readonly packageDigest: Digest
  readonly metadata: ChartMetadata
  /** The artifact's manifest. */
  readonly manifest: Content
  /** Absent where the chart is one that was known: then only its package was read. */
  readonly artifact?: ChartArtifact
  /** Paths of the symbolic links in its folder that were followed. */
  readonly links: readonly string[]
}

/**
 * Gets one chart's package and checks that it is the chart and version asked for.
 * @throws SealiftError CHART_NOT_FOUND, CONTENT_MISMATCH, FILE_FAILED, SPEC_INVALID for a folder that cannot be
 *   packed whole, and those of the registry
 */
export async function resolveChart(spec: ChartSpec, sources: Sources): Promise<ResolvedChart> {
  const { source, packed, served, known, links = [] } = await obtain(spec, sources)
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
  const chart = { spec, source, package: packed, packageDigest: digestOf(packed), metadata, links }
  if (known !== undefined) return { ...chart, manifest: known }
  const artifact = served ?? chartArtifact(metadata, packed)
  const { digest, size } = artifact.manifest.descriptor
  return { ...chart, manifest: { digest, size }, artifact }
}

interface Obtained {
  readonly source: string
  readonly packed: Uint8Array
  /** The artifact as its registry has it; the other kinds get one made. */
  readonly served?: ChartArtifact
  /** The manifest that its registry still has for it, not read. */
  readonly known?: Content
  readonly links?: readonly string[]
}

async function obtain(spec: ChartSpec, sources: Sources): Promise<Obtained> {
  if (spec.oci !== undefined) return chartFromRegistry(spec.oci, spec, sources)
  if (spec.path !== undefined) return { source: spec.path, ...(await fromPath(spec.path, spec, sources)) }
  const repo = spec.repo ?? ''
  const found = await packageFromRepository(repo, spec, sources)
  const source = withoutQuery(repo)
  // A Helm repository may list packages that lie in an OCI registry (Bitnami's does).
  if ('oci' in found) return { ...(await chartFromRegistry(found.oci, spec, sources)), source }
  return { source, packed: found.packed }
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
