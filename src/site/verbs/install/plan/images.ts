import { kinds } from '../../../../kernel/ports/index.ts'
import { planLoad } from '../../../load/index.ts'
import type { PlannedNode } from '../../../plan/index.ts'
import type { Installation } from '../installation.ts'

/** What this node's containerd lacks of the bundle, as the load sees it. @throws SealiftError LOAD_FAILED, BUNDLE_WRONG_PLATFORM */
export async function plannedImages({ bundle, host }: Installation): Promise<PlannedNode[]> {
  const { runtime, platform, cluster } = host
  if (runtime === undefined) return []
  const plan = planLoad(bundle, await runtime.images(), platform)
  const missing = plan.missing.map(({ name, descriptor: { digest } }) => ({
    ...{ change: 'create' as const, kind: 'image', name, digest },
    detail: 'is loaded, pinned and unpacked',
  }))
  const unpinned = new Set(plan.unpinned)
  const packed = new Set(plan.packed.map(({ name }) => name))
  const changed = plan.present.flatMap(({ name, descriptor: { digest } }) => {
    const what = [...(unpinned.has(name) ? ['pinned'] : []), ...(packed.has(name) ? ['unpacked'] : [])]
    const detail = `is there, and is ${what.join(' and ')}`
    return what.length === 0 ? [] : [{ change: 'change' as const, kind: 'image', name, digest, detail }]
  })
  const [node, ...others] = await cluster.list(kinds.node)
  // Which of several this one is, only its runtime's own place would say.
  const name = node !== undefined && others.length === 0 ? node.metadata.name : 'this node'
  return [{ node: name, images: [...missing, ...changed], bytes: plan.bytes }]
}
