import { count, SealiftError } from '../../kernel/errors/index.ts'
import { asStep, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { aroundOf, type BudgetAccount, observeBudget, usageIfAny } from '../check/index.ts'
import type { Receipt } from '../install/index.ts'
import { heapIn } from '../wire/index.ts'
import { noteObservation, observationOf, observations } from './history.ts'
import { serverNow } from './now.ts'

/**
 * What is used when an install or upgrade ends, as one sample, with the peaks since each start: noted on the site, so that
 * the history of its budget begins with the boot, and named by its digest in the audit log; not where nothing was started
 * since the last that was noted: a rerun that changes nothing writes nothing.
 * What cannot be measured or noted is told and no more: the install is proven. `infisical` is the server's namespace.
 * @throws SealiftError INTERRUPTED
 */
export async function noteFirstSample(
  receipt: Receipt,
  infisical: string,
  host: Pick<SiteHost, 'cluster' | 'clock'>,
  talk: Talk,
): Promise<BudgetAccount> {
  const { cluster, clock } = host
  const { reporter } = talk
  const usage = await usageIfAny(cluster, talk)
  const sampled = observeBudget(receipt, usage)
  if (sampled.rows.every(({ observed }) => observed === undefined)) return sampled
  try {
    const account = observeBudget(receipt, usage, await aroundOf(receipt, cluster, talk))
    const missing = unmeasured(account)
    if (missing.length > 0) {
      // A sum without them would be taken for that of all.
      reporter.note(
        `use is not in the history of the budget yet: kubelet says nothing of ${missing.join(', ')}; sealift check --record notes it`,
      )
      return account
    }
    const before = (await observations(cluster)).at(-1)?.at
    if (
      before !== undefined &&
      !account.rows.some(({ since = '' }) => Date.parse(since) > Date.parse(before))
    )
      return account
    const heap = heapIn((await serverNow(cluster, infisical))?.options ?? '')
    const noted = observationOf(account, {
      ...{ at: new Date(clock.now()).toISOString(), bundle: receipt.bundle, window: 0 },
      ...(heap === undefined ? {} : { heap }),
    })
    const note = () => noteObservation(cluster, noted)
    const told = `one sample of ${count(noted.containers.length, 'container')}`
    talk.record?.observed(await asStep(reporter, 'Note what is used', note, () => told))
    return account
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code === 'INTERRUPTED') throw error
    reporter.warn(`what is used is not in the history of the budget: ${error.message}`)
    return sampled
  }
}

/** What is there to stay and is not measured, by its object; a Job's pods have ended by now. */
export function unmeasured({ rows }: Pick<BudgetAccount, 'rows'>): string[] {
  return rows.flatMap(({ observed, object, replicas }) =>
    observed === undefined && replicas !== 0 && /^(Deployment|StatefulSet|DaemonSet)\//.test(object)
      ? [object]
      : [],
  )
}
