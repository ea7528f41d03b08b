import type { BundleContents } from '../../../bundle/layout/index.ts'
import type { BundleLock, LockedChart, LockedImage, LockedTool } from '../../../bundle/lock/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { BundleSpec } from '../../../kernel/inputs/index.ts'
import type { Digest } from '../../../kernel/oci/index.ts'
import type { ConnectedHost, Registry } from '../../../kernel/ports/index.ts'
import type { FillOptions } from '../../fetch/index.ts'
import { askedOnce, atOnce, Faults, resolveChart, type Sources, together } from '../../resolve/index.ts'
import { gatherAttachments } from './attachments.ts'
import { gatherImage } from './image.ts'
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
 * Fetches all that is small (manifests, charts) and notes where the rest is to be had. What fails ends it when everything
 * has been asked for, so that people see all that is missing at once; a registry that does not answer is asked little more.
 * @throws SealiftError LOCK_DRIFT when a chart is not what was locked, or an image not what the lock says, and those of the registry
 */
export async function gather(
  { spec, lock, own, specDir, signal: stop }: Gathering,
  host: ConnectedHost,
): Promise<Gathered> {
  const openers = new Map<Digest, Open>()
  const { files: store, web } = host
  // Blobs are fetched later, with a patience of their own.
  const blob: Registry['blob'] = (...asked) => host.registry.blob(...asked)
  const registry: Registry = { ...askedOnce(host.registry), blob }
  const faults = new Faults(stop, 'gathered')
  const all = await together(stop, signal => {
    const sources: Sources = { specDir, files: store, registry, web, signal }
    const each = <Item, Result>(
      items: readonly Item[],
      about: (item: Item) => string,
      work: (item: Item) => Promise<Result>,
    ) => atOnce(items, most, item => faults.attempt(about(item), () => work(item)))
    return [
      each(lock.images, imageName, async image => {
        const plain = await gatherImage(image, lock.platforms, registry, openers, signal)
        return gatherAttachments(image, plain, registry, openers, signal)
      }),
      each(lock.charts, chartName, chart => gatherChart(chart, spec, sources)),
      each(lock.tools, toolName, tool => gatherTool(tool, sources, openers)),
    ] as const
  })
  faults.tell([...lock.images.map(imageName), ...lock.charts.map(chartName), ...lock.tools.map(toolName)])
  const [gathered, charts, tools] = [there(all[0]), there(all[1]), there(all[2])]
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

const imageName = ({ name }: LockedImage) => name
const chartName = ({ name }: LockedChart) => `chart ${name}`
const toolName = ({ name, platform }: LockedTool) => `${name} for ${platform}`
const there = <T>(results: readonly (T | undefined)[]) => results.filter(result => result !== undefined)
