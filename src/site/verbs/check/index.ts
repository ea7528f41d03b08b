import * as z from 'zod'
import { storeName, type WhereWired, whereWired } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import { ownStoreName, servesTeams } from '../../../kernel/owned/index.ts'
import {
  asStep,
  type Cluster,
  type KubernetesObject,
  kinds,
  type SiteHost,
  type Talk,
} from '../../../kernel/ports/index.ts'
import { budgetHistory, syncLoad } from '../../budget/index.ts'
import { budgetAccount, judgeDeployment, judgeReady, type Verdict, verdict } from '../../check/index.ts'
import { type Receipt, readReceipt, refuseOtherSite } from '../../install/index.ts'
import { redacted, wantsPods } from '../../release/index.ts'
import { lookAtIngress, lookAtLease, lookAtWebhooks } from './cluster.ts'
import { lookAtImages } from './images.ts'
import { askInfisical } from './infisical.ts'
import { lookAtKeys } from './keys.ts'
import { allLooked, looked } from './looked.ts'
import { measureBudget } from './measure.ts'
import { lookAtMemory } from './memory.ts'
import { repaired } from './mend.ts'
import { askServices } from './services.ts'
import { trySync } from './sync.ts'
import { lookAtVariables } from './variables.ts'

/** What was found. `ok` does not count the budget, which has a verdict of its own. */
export const checkResult = z.strictObject({
  site: z.string(),
  ok: z.boolean(),
  verdicts: z.array(verdict),
  budget: budgetAccount,
  /** What the site's ExternalSecrets ask for. */
  syncs: syncLoad.exactOptional(),
  /** What was observed so far, with this time; where it was to be recorded. */
  history: budgetHistory.exactOptional(),
  /** What was mended before the look, where that was asked for. */
  repaired: z.array(repaired).exactOptional(),
})
export type CheckResult = z.infer<typeof checkResult>

/**
 * Judges a site by asking: PostgreSQL, Dragonfly, Infisical, External Secrets Operator, and what runs; then what is
 * used over a window of seconds. One secret is sent through all of it. Leaves nothing behind. What cannot be asked is
 * a verdict as well. With `record` what was observed goes into the site's history of its budget.
 * @throws SealiftError NOT_INSTALLED, FOREIGN_INSTALL for the file of another site, LOCK_INVALID, CLUSTER_UNREACHABLE, CLUSTER_*
 */
export async function check(
  window: number,
  site: Site,
  host: SiteHost,
  talk: Talk,
  record = false,
): Promise<CheckResult> {
  const { reporter, signal } = talk
  const receipt = await readReceipt(host.cluster)
  refuseOtherSite(receipt.site, site.metadata.name)
  const found = await asStep(
    reporter,
    'Look at what runs',
    async () => lookAround(receipt, site, host, signal),
    ({ rested, others }) => {
      const all = [...rested, ...others]
      return `${all.filter(({ ok }) => ok).length} of ${all.length} as they should be`
    },
  )
  const sync = await trySync(found.where, found.rested, host, talk)
  const verdicts = [...found.rested, ...sync, ...found.others]
  const measure = async () =>
    measureBudget({ window, receipt, infisical: found.where.infisical, record }, host, talk)
  const measured = await asStep(reporter, 'Measure what is used', measure, () => `over ${window} s`)
  const { verdicts: more, ...rest } = measured
  const all = [...verdicts, ...more]
  return { site: receipt.site, ok: all.every(({ ok }) => ok), verdicts: all, ...rest }
}

/** What can be asked at the same time: what a sync rests on, and the others. */
async function lookAround(receipt: Receipt, site: Site, host: SiteHost, signal: AbortSignal) {
  const { cluster } = host
  const namespaces = [...new Set(receipt.lock.charts.map(chart => chart.namespace))]
  let where: WhereWired = {}
  const unknown = await looked('namespaces', async () => {
    where = await whereWired(cluster, namespaces)
    return []
  })
  const rested = allLooked([
    ...namespaces.map(namespace => lookAtDeployments(namespace, receipt, cluster)),
    askServices(site, where.infisical, host),
    askInfisical(where, host, signal),
    lookAtOwnStore(cluster),
    lookAtWebhooks(cluster, namespaces),
  ])
  const others = allLooked([
    lookAtImages(receipt, host),
    lookAtTeamsStore(cluster),
    lookAtIngress(cluster, site, where.infisical),
    lookAtLease(host, signal),
    lookAtKeys(cluster, site, where.infisical),
    lookAtVariables(cluster, site, where.infisical),
    lookAtMemory(cluster, where.infisical),
  ])
  await Promise.allSettled([rested, others])
  return { where, rested: [...unknown, ...(await rested)], others: await others }
}

/** The store that the sync goes through. */
async function lookAtOwnStore(cluster: Cluster): Promise<readonly Verdict[]> {
  return await looked(`store/${storeName}`, async () => {
    const name = await ownStoreName(cluster)
    return judgeStore(await cluster.get(kinds.clusterSecretStore, name), name)
  })
}

/** The one that serves all teams, where there is such a one: no sync of ours rests on it. */
async function lookAtTeamsStore(cluster: Cluster): Promise<readonly Verdict[]> {
  return await looked(`store/${storeName}`, async () => {
    const store = await cluster.get(kinds.clusterSecretStore, storeName)
    return servesTeams(store) ? judgeStore(store, storeName) : []
  })
}

const judgeStore = (store: KubernetesObject | undefined, name: string) =>
  withoutSecrets(judgeReady(store, `store/${name}`))

async function lookAtDeployments(
  namespace: string,
  { lock }: Receipt,
  cluster: Cluster,
): Promise<readonly Verdict[]> {
  return await looked(`namespace/${namespace}`, async id => {
    const found = await cluster.list(kinds.deployment, namespace)
    if (found.length > 0)
      return found.map(object => withoutSecrets(judgeDeployment(object, wantsPods(lock, object))))
    return { id, ok: false, message: 'has no Deployment', hint: 'run sealift install again' }
  })
}

/** A verdict in whose message a controller quotes others, a server's answer among them. */
function withoutSecrets(verdict: Verdict): Verdict {
  return { ...verdict, message: redacted(verdict.message, 1000) }
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

export type { Repaired } from './mend.ts'
export { type RepairRequest, repair } from './repair.ts'
