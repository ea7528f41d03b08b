import type { Bundle } from '../bundle/index.ts'
import { SealiftError } from '../errors/index.ts'
import { type Digest, digestOf, mediaTypes } from '../oci/index.ts'
import type { Files, Infisical, SiteHost, TemporaryHelm } from '../ports/index.ts'
import { toolBytes, toolProgram } from '../resolve/index.ts'
import { type BundleSpec, type ChartSpec, parseSite, parseSpec, type Site } from '../spec/index.ts'
import { infisicalName, infisicalPort } from '../wire/index.ts'

/** A site file, read and checked, with the digest that ties the journal to it. */
export interface ReadSite {
  readonly site: Site
  readonly digest: Digest
}

/** Reads site.yaml. @throws SealiftError SITE_INVALID, FILE_FAILED */
export async function readSite(path: string, files: Files): Promise<ReadSite> {
  const text = await files.readText(path)
  return { site: parseSite(text, path), digest: digestOf(text) }
}

/** Where finished steps are appended unless the user says otherwise: beside the site file. */
export function journalPath(siteFile: string, { metadata }: Site): string {
  return siteFile.replace(/[^/]*$/, `${metadata.name}.journal.jsonl`)
}

/** The two releases that Sealift wires. */
export interface Wired {
  readonly spec: BundleSpec
  readonly infisical: ChartSpec
  readonly externalSecrets: ChartSpec
}

/** Finds the releases to wire in a bundle's spec. @throws SealiftError SPEC_INVALID when one is missing */
export function wiredCharts(bundle: Bundle): Wired {
  const spec = parseSpec(bundle.specText, 'bundle.yaml of the bundle')
  const find = (wire: NonNullable<ChartSpec['wire']>) => {
    const chart = spec.charts.find(candidate => candidate.wire === wire)
    if (chart) return chart
    throw new SealiftError('SPEC_INVALID', `no chart in this bundle has wire: ${wire}`, {
      hints: ['mark the chart in bundle.yaml, lock and build again'],
    })
  }
  return { spec, infisical: find('infisical'), externalSecrets: find('external-secrets') }
}

/** Runs `work` with Infisical's API, reached through the API server. */
export async function withInfisical<T>(
  host: SiteHost,
  namespace: string,
  work: (infisical: Infisical) => Promise<T>,
): Promise<T> {
  const forward = await host.cluster.forwardService(namespace, infisicalName, infisicalPort)
  try {
    return await work(host.infisical(`http://${forward.host}:${forward.port}`))
  } finally {
    await forward.close()
  }
}

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
  // Whole and hashed before a byte of it is used: what is unpacked while it is read may be run before its end is seen.
  const program = await toolProgram(await bundle.read(tool.descriptor.digest, toolBytes), tool.member)
  return host.helmFrom(program)
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
export async function chartFile(
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
export async function carriedText(bundle: Bundle, title: string): Promise<string> {
  const file = bundle.files.find(
    candidate => candidate.title === title && candidate.descriptor.mediaType === mediaTypes.bundleFile,
  )
  if (file === undefined) throw new SealiftError('BUNDLE_MALFORMED', `the bundle has no file ${title}`)
  return Buffer.from(await bundle.read(file.descriptor.digest, 16 * 1024 * 1024)).toString('utf8')
}
