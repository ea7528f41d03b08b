import type { BudgetReport } from '../../bundle/declared/index.ts'
import type { BundleLock, LockedChart, LockedTool } from '../../bundle/lock/index.ts'
import type { PinnedImage, ResolvedChart, ResolvedTool } from '../resolve/index.ts'

/** What a lock says of a chart. */
export function lockedChart({
  spec,
  source,
  package: bytes,
  packageDigest,
  metadata,
  manifest,
}: ResolvedChart): LockedChart {
  const packed = { digest: packageDigest, size: bytes.length }
  return {
    name: spec.name,
    version: metadata.version,
    release: spec.release,
    namespace: spec.namespace,
    source,
    manifest,
    package: packed,
  }
}

/** What a lock says of an image, attachments left out; `accepted` where it is a suspect that the lock itself has taken. */
export function lockedImage(
  { name, digest, platforms, reasons }: PinnedImage,
  accepted: boolean,
): BundleLock['images'][number] {
  const image = { name, digest, platforms: { ...platforms }, reasons: [...reasons] }
  return accepted ? { ...image, accepted } : image
}

/** What a lock says of a tool. */
export function lockedTool({
  spec: { name, version, platform, member },
  source,
  content,
  manifest,
}: ResolvedTool): LockedTool {
  return {
    ...{ name, version, platform, source, content },
    ...(manifest === undefined ? {} : { manifest }),
    ...(member === undefined ? {} : { member }),
  }
}

/** What a lock says of the budget: what is allowed, what is declared, and each container's share. */
export function lockedBudget(
  allowed: Pick<BundleLock['budget'], 'memory' | 'cpu'>,
  { declared, containers }: BudgetReport,
): BundleLock['budget'] {
  // Left out: where a request stands and how long it lasts, which only the report is about.
  const shares = containers.map(({ field: _, span: __, cpuLimit: ___, ...share }) => share)
  return { ...allowed, declared, containers: shares }
}
