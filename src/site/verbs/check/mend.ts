import * as z from 'zod'
import type { Bundle } from '../../../bundle/layout/index.ts'
import { count } from '../../../kernel/errors/index.ts'
import {
  asStep,
  type NodeRuntime,
  type Runtime,
  type SiteHost,
  type Talk,
} from '../../../kernel/ports/index.ts'
import { noteBrought, type Receipt } from '../../install/index.ts'
import { loadImages, runtimeNames } from '../../load/index.ts'
import type { Kept } from './kept.ts'

/** What was mended: an image or what a killed load has left, on a node. */
export const repaired = z.strictObject({
  node: z.string(),
  what: z.string(),
  done: z.enum(['loaded', 'pinned', 'ended']),
})
export type Repaired = z.infer<typeof repaired>

/**
 * Mends the images of one node: pins those that are loose, ends what killed loads have left, and loads what is gone out
 * of a bundle, where there is one. @throws SealiftError LOAD_FAILED, DISK_FULL, BUNDLE_DAMAGED, CLUSTER_*
 */
export async function mendNode(
  node: Pick<NodeRuntime, 'name' | 'platform' | 'runtime'> & { readonly kept: Kept },
  receipt: Receipt,
  bundle: Bundle | undefined,
  host: SiteHost,
  { reporter, signal, progressOn }: Talk,
): Promise<Repaired[]> {
  const { name, runtime, platform, kept } = node
  const as = (how: Repaired['done']) => (what: string) => ({ node: name, what, done: how })
  const mend = async (say: (detail: string) => void) => {
    const ended = (await runtime.endLeftovers()).map(as('ended'))
    if (bundle === undefined) return [...ended, ...(await pinAll(receipt, runtime, kept)).map(as('pinned'))]
    const { loaded, pinned } = await loadImages({
      ...{ bundle, runtime, platform, signal },
      onProgress: progressOn({ update: say }),
      announce: brought =>
        noteBrought(
          host.cluster,
          brought.map(one => ({ name: one.name, digest: one.descriptor.digest })),
        ),
    })
    return [...ended, ...loaded.map(as('loaded')), ...pinned.map(as('pinned'))]
  }
  return asStep(reporter, `Mend images on node ${name}`, mend, found =>
    found.length === 0 ? 'nothing was to be mended' : count(found.length, 'thing'),
  )
}

/** Pins the images that are there under all names that pods use. Gives the names that were not. */
async function pinAll({ lock }: Receipt, runtime: Runtime, kept: Kept): Promise<string[]> {
  const present = new Map((await runtime.images()).map(image => [image.name, image]))
  const loose = lock.images.flatMap(image =>
    runtimeNames(image).filter(name => {
      const found = present.get(name)
      const renewed = kept === 'renewed' && found?.pinEnds === true
      return found?.digest === image.digest && !found.pinned && !renewed
    }),
  )
  for (const name of loose) await runtime.pin(name)
  return loose
}
