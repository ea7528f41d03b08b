import * as z from 'zod'
import { count } from '../../kernel/errors/index.ts'
import { countsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { conditionsOf } from '../wire/index.ts'

/** One thing that was looked at, and whether it is as it should be. */
export const verdict = z.strictObject({
  id: z.string(),
  ok: z.boolean(),
  message: z.string(),
  hint: z.string().exactOptional(),
})

export type Verdict = z.infer<typeof verdict>

/**
 * Whether a Deployment has all its replicas available, with kubelet's or the scheduler's reason if not. Of one whose
 * pods the bundle wants (`wantsPods`), none is too few.
 */
export function judgeDeployment(object: KubernetesObject, wantsPods: boolean): Verdict {
  const { namespace, name } = object.metadata
  const { replicas: wanted = 1 } = countsIn(object['spec'])
  const { availableReplicas: available = 0 } = countsIn(object['status'])
  const trouble = conditionsOf(object).find(({ type, status }) => type === 'Available' && status !== 'True')
  const id = `deployment/${namespace}/${name}`
  if (wanted === 0 && wantsPods)
    return {
      id,
      ok: false,
      message: 'is scaled to 0: none of its pods runs',
      hint: 'run sealift install again: it sets back what was scaled',
    }
  return {
    id,
    ok: available >= wanted,
    message: `${available} of ${count(wanted, 'pod')} available${trouble?.message ? `: ${trouble.message}` : ''}`,
    ...(available >= wanted
      ? {}
      : { hint: `kubectl -n ${namespace} describe pods; the last log lines say why` }),
  }
}

/** Whether a SecretStore or ExternalSecret is Ready, with its reason if not. */
export function judgeReady(object: KubernetesObject | undefined, id: string): Verdict {
  const ready = conditionsOf(object).find(({ type }) => type === 'Ready')
  if (object === undefined)
    return { id, ok: false, message: 'is not there', hint: 'run sealift install again' }
  const ok = ready?.status === 'True'
  if (ok) return { id, ok, message: 'ready' }
  return {
    id,
    ok,
    message: `${ready?.reason ?? 'no status yet'}: ${ready?.message ?? ''}`.trimEnd(),
    hint: `kubectl describe ${object.kind} ${object.metadata.name}: its events say why`,
  }
}

/** Whether killed loads have left something in the node's container runtime (`Runtime.leftovers`). */
export function judgeLeftovers(left: readonly string[]): Verdict {
  const id = 'runtime/leftovers'
  if (left.length === 0) return { id, ok: true, message: 'no killed load has left anything' }
  return {
    id,
    ok: false,
    message: `killed loads have left content and snapshots that no image needs: ${left.join(', ')}`,
    hint: 'run sealift install again: it ends them, and so does sealift remove --purge',
  }
}
