import { printYaml } from '../../kernel/yaml/index.ts'
import { type BundleLock, bundleLock, type LockedAttachment } from './lock.ts'

const head =
  '# Written by `sealift lock`. Exactly what bundle.yaml resolved to; review it like code, edit bundle.yaml.\n'

/**
 * The lock as canonical YAML: keys in the order of the schema, lists sorted, so that one meaning has one text.
 * `parseLock` of it gives the same lock, and printing that gives the same text.
 */
export function printLock(lock: BundleLock): string {
  return head + printYaml(ordered(lock))
}

/** A copy with every list in its canonical order and every mapping in the schema's. */
export function ordered(lock: BundleLock): BundleLock {
  const sorted: BundleLock = {
    ...lock,
    platforms: [...lock.platforms].sort(),
    files: sortBy(lock.files, ({ path }) => path),
    charts: lock.charts,
    images: sortBy(lock.images, ({ name }) => name).map(image => ({
      ...image,
      platforms: sortKeys(
        Object.fromEntries(
          Object.entries(image.platforms).map(([platform, carried]) => [
            platform,
            { ...carried, layers: sortKeys(carried.layers) },
          ]),
        ),
      ),
      reasons: sortBy(image.reasons, placeKey),
      ...(image.attachments === undefined
        ? {}
        : { attachments: sortBy(image.attachments, attachmentKey).map(sortedAttachment) }),
    })),
    tools: sortBy(lock.tools, ({ name, platform }) => `${name} ${platform}`),
    suspects: sortBy(lock.suspects, suspect => `${suspect.text}\n${placeKey(suspect)}`),
    budget: {
      ...lock.budget,
      containers: sortBy(
        lock.budget.containers,
        share => `${share.chart}\n${share.object}\n${share.init}\n${share.container}`,
      ),
    },
  }
  // Parsing builds every object anew, its keys in the schema's order.
  return bundleLock.parse(sorted)
}

function attachmentKey({ subject, manifest }: LockedAttachment): string {
  return `${subject} ${manifest}`
}

function sortedAttachment(attachment: LockedAttachment): LockedAttachment {
  const { predicateTypes, blobs } = attachment
  return {
    ...attachment,
    ...(predicateTypes === undefined ? {} : { predicateTypes: [...predicateTypes].sort() }),
    blobs: sortKeys(blobs),
  }
}

function placeKey({ chart, object, field }: { chart: string; object: string; field: string }): string {
  return `${chart}\n${object}\n${field}`
}

function sortKeys<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(sortBy(Object.entries(record), ([key]) => key))
}

/** By code unit, not by locale: the same on every machine. */
function sortBy<T>(list: readonly T[], key: (item: T) => string): T[] {
  return [...list].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}
