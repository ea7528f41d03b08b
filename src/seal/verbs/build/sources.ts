import type { BundleContents, BundleImage } from '../../../bundle/layout/index.ts'
import type { BundleLock, LockedChart, LockedImage } from '../../../bundle/lock/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { BundleSpec } from '../../../kernel/inputs/index.ts'
import {
  type Digest,
  isIndexType,
  parseManifest,
  parseReference,
  type Reference,
} from '../../../kernel/oci/index.ts'
import type { ConnectedHost, Registry } from '../../../kernel/ports/index.ts'
import type { FillOptions } from '../../fetch/index.ts'
import { atOnce, documentsBelow, resolveChart, type Sources, together } from '../../resolve/index.ts'
import { holdToIndexes, holdToManifests } from './as-locked.ts'
import { gatherAttachments } from './attachments.ts'
import type { Open } from './open.ts'
import { budgetFile, type OwnFile, ownFile } from './own-files.ts'
import { gatherTool } from './tools.ts'

// Requests for small things wait for the line, not for the machine.
const most = 8

/** Everything a plan needs, and a way to open each blob it will want. */
export interface Gathered {
  readonly contents: BundleContents
  readonly open: FillOptions['open']
}

/** What to gather for. */
export interface Gathering {
  readonly spec: BundleSpec
  readonly lock: BundleLock
  /** bundle.yaml, the values files and the lock itself. */
  readonly own: readonly OwnFile[]
  readonly specDir: string
  readonly signal: AbortSignal
}

/**
 * Fetches all that is small (manifests, charts) and notes where the rest is to be had.
 * @throws SealiftError LOCK_DRIFT when a chart is not what was locked, or an image not what the lock says, and those of the registry
 */
export async function gather(
  { spec, lock, own, specDir, signal: stop }: Gathering,
  host: ConnectedHost,
): Promise<Gathered> {
  const openers = new Map<Digest, Open>()
  const { files: store, registry, web } = host
  const [gathered, charts, tools] = await together(stop, signal => {
    const sources: Sources = { specDir, files: store, registry, web, signal }
    return [
      atOnce(lock.images, most, async image => {
        const plain = await gatherImage(image, lock.platforms, registry, openers, signal)
        return gatherAttachments(image, plain, registry, openers, signal)
      }),
      atOnce(lock.charts, most, chart => gatherChart(chart, spec, sources)),
      atOnce(lock.tools, most, tool => gatherTool(tool, sources, openers)),
    ] as const
  })
  const images = gathered.map(({ image }) => image)
  const attachments = gathered.flatMap(each => each.attachments)
  const files = [...[...own, budgetFile(lock)].map(ownFile), ...tools]
  return {
    contents: { images, charts, files, attachments, blobs: charts.flatMap(({ blobs }) => blobs) },
    open: ({ digest }, options) => {
      const open = openers.get(digest)
      if (open === undefined) throw new Error(`no source for blob ${digest}`)
      return open(options)
    },
  }
}

async function gatherImage(
  image: LockedImage,
  wanted: readonly string[],
  registry: Registry,
  openers: Map<Digest, Open>,
  signal: AbortSignal,
): Promise<BundleImage> {
  const { name, digest, platforms } = image
  const { registry: host, repository } = parseReference(name) as Reference
  const place: Reference = { registry: host, repository }
  // An image that is no index has its own digest for every platform.
  const locked = new Set([digest, ...wanted.flatMap(platform => platforms[platform]?.manifest ?? [])])
  const [served, ...below] = await atOnce([...locked], most, wantedDigest =>
    registry.manifest({ ...place, digest: wantedDigest }, signal),
  )
  if (served === undefined) throw new Error(`no manifest of ${name}`)
  const isIndex = isIndexType(served.descriptor.mediaType)
  const carried = isIndex ? below : [served]
  const parsed = new Map(carried.map(one => [one.descriptor.digest, parseManifest(one.bytes, name)]))
  holdToManifests(image, wanted, parsed)
  for (const { config, layers } of parsed.values()) {
    for (const blob of [config, ...layers])
      openers.set(blob.digest, options => registry.blob(place, blob, options))
  }
  const others = isIndex
    ? await documentsBelow({ place, bytes: served.bytes, platforms: wanted, known: locked, registry, signal })
    : []
  const [indexes, documents] = [true, false].map(nested =>
    others.filter(one => isIndexType(one.descriptor.mediaType) === nested).map(({ bytes }) => bytes),
  )
  holdToIndexes(image, wanted, isIndex ? [served.bytes, ...(indexes ?? [])] : [])
  const manifests = [served, ...below].map(({ bytes }) => bytes)
  return {
    name,
    root: served.descriptor,
    manifests: [...manifests, ...(indexes ?? [])],
    documents: documents ?? [],
  }
}

async function gatherChart(locked: LockedChart, spec: BundleSpec, sources: Sources) {
  const chart = spec.charts.find(({ name }) => name === locked.name)
  if (chart === undefined)
    throw new SealiftError('LOCK_DRIFT', `the lock has chart ${locked.name}, bundle.yaml has not`)
  const { artifact, packageDigest } = await resolveChart(chart, sources)
  if (artifact === undefined) throw new Error('a chart that nothing was known of has its artifact')
  const { digest } = artifact.manifest.descriptor
  if (digest !== locked.manifest.digest || packageDigest !== locked.package.digest) {
    throw new SealiftError('LOCK_DRIFT', `chart ${locked.name} ${locked.version} is not what was locked`, {
      faults: [
        `locked: package ${locked.package.digest}`,
        `now at ${locked.source}: package ${packageDigest}`,
      ],
      hints: ['if the change is wanted, lock again and review the difference'],
    })
  }
  return {
    name: locked.name,
    version: locked.version,
    manifest: artifact.manifest.bytes,
    blobs: artifact.blobs.map(({ bytes }) => bytes),
  }
}
