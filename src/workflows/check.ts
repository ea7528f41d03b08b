import * as z from 'zod'
import { budgetAccount, judgeDeployment, judgeReady, type Verdict, verdict } from '../check/index.ts'
import { SealiftError } from '../errors/index.ts'
import { type Receipt, readReceipt } from '../install/index.ts'
import {
  type Cluster,
  type ContainerUsage,
  kinds,
  type Runtime,
  type SiteHost,
  type Talk,
} from '../ports/index.ts'
import { storeName } from '../wire/index.ts'
import { asStep } from './parts/as-step.ts'
import { observeBudget } from './parts/observed-budget.ts'

/** What was found. `ok` does not count the budget, which has a verdict of its own. */
export const checkResult = z.strictObject({
  site: z.string(),
  ok: z.boolean(),
  verdicts: z.array(verdict),
  budget: budgetAccount,
})
export type CheckResult = z.infer<typeof checkResult>

const interval = 5000

/**
 * Judges what runs, and what it uses over a window of seconds. Changes nothing.
 * @throws SealiftError NOT_INSTALLED, CLUSTER_*, LOAD_FAILED
 */
export async function check(window: number, host: SiteHost, talk: Talk): Promise<CheckResult> {
  const { cluster, runtime } = host
  const { reporter, signal } = talk
  const receipt = await readReceipt(cluster)
  const verdicts = await asStep(
    reporter,
    'Look at what runs',
    async () => [
      ...(await judgeDeployments(receipt, cluster)),
      judgeReady(await cluster.get(kinds.clusterSecretStore, storeName), `store/${storeName}`),
      ...(runtime ? await judgeImages(receipt, runtime) : []),
    ],
    all => `${all.filter(({ ok }) => ok).length} of ${all.length} as they should be`,
  )
  const measure = async () => observeBudget(receipt, await usageOver(window, host, signal))
  const budget = await asStep(reporter, 'Measure what is used', measure, () => `over ${window} s`)
  return { site: receipt.site, ok: verdicts.every(({ ok }) => ok), verdicts, budget }
}

/** What each container used at most over a window of seconds. */
async function usageOver(window: number, { cluster, clock }: SiteHost, signal: AbortSignal) {
  const end = clock.now() + window * 1000
  const samples = [await cluster.usage()]
  while (clock.now() < end) {
    await clock.sleep(Math.min(interval, end - clock.now()), signal)
    samples.push(await cluster.usage())
  }
  return highest(samples)
}

/** Each container's highest memory and CPU of all samples. */
function highest(samples: readonly (readonly ContainerUsage[])[]): ContainerUsage[] {
  const containers = Map.groupBy(
    samples.flat(),
    ({ namespace, pod, container }) => `${namespace}/${pod}/${container}`,
  )
  return [...containers.values()].map(all =>
    all.reduce((most, next) => ({
      ...next,
      memory: Math.max(most.memory, next.memory),
      cpu: Math.max(most.cpu, next.cpu),
    })),
  )
}

async function judgeDeployments({ lock }: Receipt, cluster: Cluster): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const namespace of new Set(lock.charts.map(chart => chart.namespace))) {
    const found = await cluster.list(kinds.deployment, namespace)
    if (found.length === 0)
      verdicts.push({
        id: `namespace/${namespace}`,
        ok: false,
        message: 'has no Deployment',
        hint: 'run sealift install again',
      })
    verdicts.push(...found.map(judgeDeployment))
  }
  return verdicts
}

async function judgeImages({ lock }: Receipt, runtime: Runtime): Promise<Verdict[]> {
  const present = new Map((await runtime.images()).map(image => [image.name, image]))
  const hint = 'run sealift install again: it loads and pins what is missing'
  return lock.images.map(({ name, digest }) => {
    const id = `image/${name}`
    const image = present.get(name)
    if (image === undefined) return { id, ok: false, message: 'is not on this node', hint }
    if (image.digest !== digest)
      return { id, ok: false, message: `is ${image.digest}, not the bundle's ${digest}`, hint }
    if (!image.complete) return { id, ok: false, message: 'is not complete', hint }
    if (image.pinEnds) return { id, ok: false, message: "its pin goes at K3s's next start", hint }
    return image.pinned
      ? { id, ok: true, message: 'here, complete, pinned' }
      : { id, ok: false, message: 'is not pinned: kubelet may delete it', hint }
  })
}

/** The error that ends a `check` that found something. @returns undefined when all is well */
export function checkFault({ ok, verdicts, budget }: CheckResult): SealiftError | undefined {
  const bad = verdicts.filter(verdict => !verdict.ok)
  if (!ok) {
    const faults = bad.map(({ id, message }) => `${id}: ${message}`)
    return new SealiftError(
      'CHECK_FAILED',
      `${bad.length} of ${verdicts.length} things are not as they should be`,
      { faults },
    )
  }
  return budget.observedFits
    ? undefined
    : new SealiftError('BUDGET_OBSERVED', 'all works, but more is used than the budget allows')
}
