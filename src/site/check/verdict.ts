import * as z from 'zod'
import type { BundleLock } from '../../bundle/lock/index.ts'
import { count } from '../../kernel/errors/index.ts'
import { countsIn } from '../../kernel/objects/index.ts'
import type { ContainerUsage, KubernetesObject } from '../../kernel/ports/index.ts'
import { conditionsOf } from '../wire/index.ts'

/** One thing that was looked at, and whether it is as it should be. */
export const verdict = z.strictObject({
  id: z.string(),
  ok: z.boolean(),
  message: z.string(),
  hint: z.string().exactOptional(),
})

/** Memory in bytes, CPU in millicores. */
const amount = z.strictObject({ memory: z.number(), cpu: z.number() })

/** One row of the budget table. `observed` is absent while nothing runs. */
const budgetRow = amount.extend({
  chart: z.string(),
  object: z.string(),
  container: z.string(),
  observed: amount.exactOptional(),
})

/** What is declared and what is really used, against the budget. */
export const budgetAccount = z.strictObject({
  budget: amount,
  declared: amount,
  observed: amount,
  rows: z.array(budgetRow),
  /** Whether what is declared, and what is used, stays within the budget. */
  declaredFits: z.boolean(),
  observedFits: z.boolean(),
})

export type Verdict = z.infer<typeof verdict>
export type Amount = z.infer<typeof amount>
export type BudgetRow = z.infer<typeof budgetRow>
export type BudgetAccount = z.infer<typeof budgetAccount>

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

/**
 * Sets what the lock declares beside what kubelet measured. A container belongs to a row when it has the
 * row's container name and its pod's name starts with the object's name, in the chart's namespace.
 */
export function judgeBudget(
  lock: Pick<BundleLock['budget'], 'containers' | 'declared'>,
  budget: Amount,
  usage: readonly ContainerUsage[],
  namespaceOf: (chart: string) => string | undefined,
): BudgetAccount {
  // The longest name first, so that `external-secrets` does not take `external-secrets-webhook`'s pods.
  const rows = lock.containers
    .filter(({ init }) => !init)
    .map(({ chart, object, container, memory, cpu }) => ({
      chart,
      object,
      container,
      memory,
      cpu,
      pods: `${object.split('/')[1]}-`,
    }))
    .sort((a, b) => b.pods.length - a.pods.length)
  const usedBy = Map.groupBy(usage, used =>
    rows.find(
      row =>
        row.container === used.container &&
        used.pod.startsWith(row.pods) &&
        namespaceOf(row.chart) === used.namespace,
    ),
  )
  const observed = sum(rows.flatMap(row => usedBy.get(row) ?? []))
  return {
    budget,
    declared: lock.declared,
    observed,
    rows: rows
      .map(({ pods: _, ...row }, i) => ({ ...row, ...observedOf(usedBy.get(rows[i])) }))
      .sort((a, b) => a.chart.localeCompare(b.chart) || a.object.localeCompare(b.object)),
    declaredFits: fits(lock.declared, budget),
    observedFits: fits(observed, budget),
  }
}

function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce(
    (total, { memory, cpu }) => ({ memory: total.memory + memory, cpu: total.cpu + cpu }),
    { memory: 0, cpu: 0 },
  )
}

function fits(amount: Amount, budget: Amount): boolean {
  return amount.memory <= budget.memory && amount.cpu <= budget.cpu
}

function observedOf(used: readonly ContainerUsage[] | undefined): { observed?: Amount } {
  return used === undefined ? {} : { observed: sum(used) }
}
