import {
  annotations,
  type Descriptor,
  isChartPackage,
  manifestLimit,
  mediaTypes,
  parseManifest,
} from '../../kernel/oci/index.ts'
import { malformed } from './fault.ts'
import type { Reading } from './reading.ts'

/** A chart in a bundle. */
export interface CarriedChart {
  readonly name: string
  readonly version: string
  /** Its manifest. */
  readonly manifest: Descriptor
  /** Its package (.tgz). */
  readonly package: Descriptor
}

const nameShape = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const versionShape = /^v?\d{1,9}\.\d{1,9}\.\d{1,9}([-+][0-9A-Za-z.+-]{1,64})?$/

/** Reads a chart (Helm's OCI artifact) from its entry in index.json; faults are reported. */
export async function readChart(entry: Descriptor, reading: Reading): Promise<CarriedChart | undefined> {
  const name = entry.annotations?.[annotations.chartName] ?? ''
  const version = entry.annotations?.[annotations.chartVersion] ?? ''
  const owner = `chart ${name} ${version}`
  if (!nameShape.test(name)) reading.report(malformed(owner, 'no name for a chart'))
  if (!versionShape.test(version)) reading.report(malformed(owner, 'no version of a chart'))
  const bytes = await reading.document(entry, owner, manifestLimit)
  if (bytes === undefined) return undefined
  const manifest = reading.parsed(owner, () => parseManifest(bytes, entry.digest))
  if (manifest === undefined) return undefined
  reading.claim(manifest.config, owner, 'head')
  for (const layer of manifest.layers) reading.claim(layer, owner, 'body')
  const [archive, ...more] = manifest.layers.filter(({ mediaType }) => isChartPackage(mediaType))
  if (manifest.config.mediaType !== mediaTypes.helmConfig || archive === undefined || more.length > 0) {
    reading.report(malformed(owner, 'is not a Helm chart with one package'))
    return undefined
  }
  return { name, version, manifest: entry, package: archive }
}
