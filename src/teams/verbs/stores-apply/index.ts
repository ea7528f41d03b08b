import { count, SealiftError } from '../../../kernel/errors/index.ts'
import type { SiteHost, Talk } from '../../../kernel/ports/index.ts'
import { underLease, withAdmin } from '../../server/index.ts'
import { allServed, type ConfirmStores, objectNameOf, siteOf, storesOf } from '../../stores/index.ts'
import { allButUnmet } from '../../tenancy/index.ts'
import { applyTo, type Host } from './apply-to.ts'
import { keepAccountOut, letAccountIn } from './let-in.ts'
import { shareNoMore } from './let-share.ts'
import type { StoresApplied, StoresApplyRequest } from './shape.ts'

export { type StoresApplied, type StoresApplyRequest, storesApplied } from './shape.ts'

/**
 * Makes the stores of a tenancy file, and waits until External Secrets Operator calls them ready. Credentials that log
 * in stay; deleted is only what was named to be pruned, once `confirm` has let it. The same lease is held as by an
 * apply of the tenancy.
 * @throws SealiftError TENANCY_INVALID, TENANCY_UNMET, NOT_INSTALLED, FOREIGN_INSTALL, SITE_BUSY, SERVER_FAILED, CLUSTER_*
 */
export async function applyStoresOf(
  request: StoresApplyRequest,
  host: Host & Pick<SiteHost, 'operator'>,
  talk: Talk,
  confirm: ConfirmStores,
): Promise<StoresApplied> {
  const about = { site: request.site }
  return await applyBy(request, host, talk, confirm, work => underLease({ ...host, about }, talk, work))
}

/** The same for whoever knows that nobody else is at work on the site. */
export async function applyStoresAlone(
  request: StoresApplyRequest,
  host: Host,
  talk: Talk,
  confirm: ConfirmStores,
): Promise<StoresApplied> {
  return await applyBy(request, host, talk, confirm, work => work(talk))
}

type Work = (talk: Talk) => Promise<StoresApplied>

/** Finds server and namespaces, and does all of it as `hold` lets it. */
async function applyBy(
  request: StoresApplyRequest,
  host: Host,
  { signal }: Talk,
  confirm: ConfirmStores,
  hold: (work: Work) => Promise<StoresApplied>,
): Promise<StoresApplied> {
  const { layout } = storesOf(request.tenancy)
  return await withAdmin(request.site, host, signal, async (session, infisical, where) => {
    const site = await siteOf(request.tenancy, where, host.cluster)
    return await hold(async talk => {
      const letting = { site, talk, ...host, names: allServed(request.tenancy).map(objectNameOf) }
      const before = await letAccountIn(letting)
      const made = before.started
        ? // Connections may lead to a pod that is gone.
          await withAdmin(request.site, host, talk.signal, (session, infisical) =>
            applyTo({ infisical, session, site }, request, host, talk, confirm),
          )
        : await applyTo({ infisical, session, site }, request, host, talk, confirm)
      // A store that could not be changed may still need it.
      const isWhole = made.unmet.length + made.unready.length === 0
      const { tenancy, site: name } = request
      const { infisical: connect, cluster, clock } = host
      const after = isWhole
        ? [
            ...(await keepAccountOut(letting)).changed,
            ...(await shareNoMore({ tenancy, site, name, connect, cluster, clock, talk })),
          ]
        : []
      const changed = [...before.changed, ...made.changed, ...after]
      return { layout, ...made, changed, unmet: [...before.unmet, ...made.unmet] }
    })
  })
}

/** The error that ends an apply which could not do all of it. @returns undefined when it could */
export function storesFault({ unmet, unready }: StoresApplied): SealiftError | undefined {
  if (unready.length > 0)
    return new SealiftError('PROOF_FAILED', `${count(unready.length, 'store')} did not become ready`, {
      faults: [...unmet, ...unready].map(({ name, why }) => `${name}: ${why}`),
      hints: ["look at External Secrets Operator's log, and whether it reaches Infisical"],
    })
  return allButUnmet(unmet)
}
