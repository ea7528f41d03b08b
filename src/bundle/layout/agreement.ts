import { canonicalJson } from '../../kernel/oci/index.ts'
import type { BundleLock } from '../lock/index.ts'
import type { CarriedAttachment, CarriedImage } from './carried-image.ts'
import { malformed, type ReportFault } from './fault.ts'
import type { CarriedTool } from './read-artifact.ts'
import type { CarriedChart } from './read-chart.ts'

/** Reports everything in which a bundle is not what its lock says. */
export function checkAgainstLock(
  lock: BundleLock,
  found: {
    readonly images: readonly CarriedImage[]
    readonly charts: readonly CarriedChart[]
    readonly tools: readonly CarriedTool[]
    readonly attachments: readonly CarriedAttachment[]
  },
  report: ReportFault,
): void {
  const images = new Map(found.images.map(image => [image.name, image]))
  for (const { name, digest, platforms } of lock.images) {
    const where = `image ${name}`
    const image = images.get(name)
    images.delete(name)
    if (image === undefined) {
      report(malformed(where, 'is in the lock but not in the bundle'))
      continue
    }
    if (image.descriptor.digest !== digest) {
      report(malformed(where, `is ${image.descriptor.digest}, the lock says ${digest}`))
    }
    for (const platform of lock.platforms) {
      const here = image.platforms.get(platform)?.descriptor.digest
      const locked = platforms[platform]?.manifest
      if (here === undefined) report(malformed(where, `has no manifest for ${platform}`))
      else if (here !== locked)
        report(malformed(where, `is ${here} for ${platform}, the lock says ${locked}`))
    }
  }
  for (const name of images.keys()) report(malformed(`image ${name}`, 'is not in the lock'))

  compare(
    'chart',
    lock.charts.map(chart => [
      `${chart.name} ${chart.version}`,
      `${chart.manifest.digest} ${chart.package.digest}`,
    ]),
    found.charts.map(chart => [
      `${chart.name} ${chart.version}`,
      `${chart.manifest.digest} ${chart.package.digest}`,
    ]),
    report,
  )
  // Images that share a manifest share what is attached to it.
  const locked = new Map(
    lock.images
      .flatMap(({ attachments = [] }) => attachments)
      .map(({ subject, manifest, tag: _, list: __, ...facts }) => [
        `${manifest} of ${subject}`,
        canonicalJson(facts),
      ]),
  )
  compare(
    'attachment',
    [...locked],
    found.attachments.map(({ subject, descriptor, config, layers, ...types }) => {
      const blobs = Object.fromEntries([config, ...layers].map(({ digest, size }) => [digest, size]))
      return [`${descriptor.digest} of ${subject}`, canonicalJson({ ...types, size: descriptor.size, blobs })]
    }),
    report,
  )
  const toolKey = (tool: { name: string; version: string; platform: string; member?: string | undefined }) =>
    [tool.name, tool.version, tool.platform, ...(tool.member ? [tool.member] : [])].join(' ')
  compare(
    'tool',
    lock.tools.map(tool => [toolKey(tool), tool.content.digest]),
    found.tools.map(tool => [toolKey(tool), tool.descriptor.digest]),
    report,
  )
}

type Keyed = readonly (readonly [key: string, digests: string])[]

function compare(kind: string, locked: Keyed, found: Keyed, report: ReportFault): void {
  const here = new Map(found)
  if (here.size < found.length) report(malformed(`the ${kind}s`, 'one of them is there twice'))
  for (const [key, digests] of locked) {
    if (!here.has(key)) report(malformed(`${kind} ${key}`, 'is in the lock but not in the bundle'))
    else if (here.get(key) !== digests)
      report(malformed(`${kind} ${key}`, 'is another than the one in the lock'))
    here.delete(key)
  }
  for (const key of here.keys()) report(malformed(`${kind} ${key}`, 'is not in the lock'))
}
