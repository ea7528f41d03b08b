import type { BudgetReport } from '../../bundle/declared/index.ts'
import { specTitle } from '../../bundle/layout/index.ts'
import type { BundleLock, LockedAttachment } from '../../bundle/lock/index.ts'
import { digestOf } from '../../kernel/oci/index.ts'
import type { FoundImages, PinnedImage } from '../resolve/index.ts'
import { withAttachments } from './attachments.ts'
import { lockedBudget, lockedChart, lockedImage, lockedTool } from './entries.ts'
import type { ReadSpec, Resolved } from './parts.ts'

/** All that a lock is made of. */
export interface LockParts extends ReadSpec, Resolved {
  readonly pinned: readonly PinnedImage[]
  /** Names of the images that are suspects, taken without being listed. */
  readonly accepted: ReadonlySet<string>
  /** By image name; absent where nobody looked. */
  readonly attached: ReadonlyMap<string, LockedAttachment[]> | undefined
  readonly suspects: FoundImages['suspects']
  readonly budget: BudgetReport
}

/** Puts a lock together, in the order that things were found in. */
export function assemble({ spec, specText, values, tools, charts, ...found }: LockParts): BundleLock {
  return {
    apiVersion: 'sealift.dev/v1',
    kind: 'BundleLock',
    metadata: { name: spec.metadata.name, version: spec.metadata.version },
    platforms: [...spec.platforms],
    kubernetes: spec.kubernetes,
    files: [
      { path: specTitle, digest: digestOf(specText) },
      ...[...values].map(([path, bytes]) => ({ path, digest: digestOf(bytes) })),
    ],
    charts: charts.map(lockedChart),
    images: found.pinned.map(image =>
      withAttachments(lockedImage(image, found.accepted.has(image.name)), found.attached),
    ),
    tools: tools.map(lockedTool),
    suspects: found.suspects.map(suspect => ({ ...suspect })),
    budget: lockedBudget(spec.budget, found.budget),
  }
}
