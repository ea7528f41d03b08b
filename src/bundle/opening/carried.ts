import { SealiftError } from '../../kernel/errors/index.ts'
import type { ChartSpec } from '../../kernel/inputs/index.ts'
import { mediaTypes } from '../../kernel/oci/index.ts'
import type { Files, Release, SiteHost, TemporaryHelm } from '../../kernel/ports/index.ts'
import type { Bundle } from '../layout/index.ts'
import { toolPieces } from './tool-program.ts'
import { valuesLimit } from './values-files.ts'

/** The bundle's helm, unpacked for this machine. The caller disposes of it. @throws SealiftError BUNDLE_WRONG_PLATFORM */
export async function bundledHelm(
  bundle: Bundle,
  host: Pick<SiteHost, 'platform' | 'helmFrom'>,
): Promise<TemporaryHelm> {
  const tool = bundle.tools.find(({ name, platform }) => name === 'helm' && platform === host.platform)
  if (tool === undefined) {
    throw new SealiftError(
      'BUNDLE_WRONG_PLATFORM',
      `the bundle has no helm for this machine (${host.platform})`,
      {
        hints: ['add it to tools in bundle.yaml, lock and build again'],
      },
    )
  }
  // In pieces: whole, packed and unpacked, it would be most of what an install has in memory. It is hashed while it is
  // read, and nobody can run it before all of it is there.
  return host.helmFrom(toolPieces(bundle.stream(tool.descriptor.digest), tool.member))
}

const packageLimit = 64 * 1024 * 1024

/** A chart's package out of the bundle. @throws SealiftError BUNDLE_MALFORMED when its lock has no such chart */
export async function chartPackage(bundle: Bundle, name: string): Promise<Uint8Array> {
  const locked = bundle.lock.charts.find(chart => chart.name === name)
  if (locked === undefined)
    throw new SealiftError('BUNDLE_MALFORMED', `the bundle's lock has no chart ${name}`)
  return bundle.read(locked.package.digest, packageLimit)
}

/** The same as a private file. The caller disposes of it. */
async function chartFile(
  bundle: Bundle,
  { name, version }: Pick<ChartSpec, 'name' | 'version'>,
  files: Files,
) {
  const packed = await chartPackage(bundle, name)
  const folder = await files.temporary('sealift-chart-')
  const path = `${folder.path}/${name}-${version}.tgz`
  await files.write(path, packed, 0o600)
  return { path, dispose: folder.dispose }
}

/** A file of the spec's folder as it travels in the bundle. @throws SealiftError BUNDLE_MALFORMED */
export async function carriedBytes(bundle: Bundle, title: string): Promise<Uint8Array> {
  const file = bundle.files.find(
    candidate => candidate.title === title && candidate.descriptor.mediaType === mediaTypes.bundleFile,
  )
  if (file === undefined) throw new SealiftError('BUNDLE_MALFORMED', `the bundle has no file ${title}`)
  return bundle.read(file.descriptor.digest, valuesLimit)
}

/** The bytes of a chart's values files that travel in the bundle, lowest precedence first. @throws SealiftError BUNDLE_MALFORMED */
async function bundledValues(bundle: Bundle, { values }: Pick<ChartSpec, 'values'>): Promise<Uint8Array[]> {
  return Promise.all(values.map(path => carriedBytes(bundle, path)))
}

/** What a release is made with: who keeps private files, and the values that go behind those of the spec. */
export interface ReleaseParts {
  readonly files: Files
  readonly derived: Release['values'][number]
}

/** Gives `work` a chart of the bundle as a release of it, whose package is a private file for that long. @throws SealiftError BUNDLE_MALFORMED */
export async function withRelease<T>(
  bundle: Bundle,
  chart: ChartSpec,
  { files, derived }: ReleaseParts,
  work: (release: Release) => Promise<T>,
): Promise<T> {
  const { release, namespace } = chart
  const values = [...(await bundledValues(bundle, chart)), derived]
  const packed = await chartFile(bundle, chart, files)
  try {
    return await work({ release, namespace, chart: packed.path, values })
  } finally {
    await packed.dispose()
  }
}
