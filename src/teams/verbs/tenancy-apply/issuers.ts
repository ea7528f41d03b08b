import { asStep, type Reporter, type SiteHost, type Talk } from '../../../kernel/ports/index.ts'
import { askedOf, ensureServerVariables, type Restarting } from '../../../kernel/server-variables/index.ts'
import type { Tenancy } from '../../../kernel/tenancy-file/index.ts'
import { asker, internalConnections, type ReadyLogins, readyLogins, variablesFor } from '../../ci/index.ts'

/** Makes the logins of a file ready; where there are any that is a step of its own, for issuers may not answer. */
export async function askIssuers(
  tenancy: Tenancy,
  host: Pick<SiteHost, 'cluster' | 'issuers'>,
  { reporter, signal }: Pick<Talk, 'reporter' | 'signal'>,
): Promise<ReadyLogins> {
  const ready = () => readyLogins(tenancy, host, signal)
  if (!tenancy.identities?.some(({ login }) => login !== undefined)) return await ready()
  return await asStep(reporter, 'Ask the issuers of logins', ready, logins => {
    const away = [...logins.values()].filter(({ why }) => why !== undefined).length
    return away === 0 ? 'all that are needed are there' : `${away} of ${logins.size} cannot be given now`
  })
}

/**
 * Lets the server ask issuers in private networks where a login of the file needs that, and no longer where none does.
 * Tells whether the server was started anew: sessions with it have ended then. The caller holds the lease.
 * @throws SealiftError NOT_INSTALLED, HELM_FAILED, CLUSTER_*
 */
export async function letIssuersBeAsked(
  tenancy: Tenancy,
  ready: ReadyLogins,
  namespace: string,
  reporter: Reporter,
  restarting: Omit<Restarting, 'say'>,
): Promise<boolean> {
  const wanted = variablesFor(tenancy, ready)
  const needs = wanted?.[internalConnections] !== undefined
  if (wanted === undefined) return false
  if (!needs && (await askedOf(restarting.cluster))[internalConnections] === undefined) return false
  return await asStep(
    reporter,
    `Set ${internalConnections} of the server as logins need it`,
    say => ensureServerVariables(asker, wanted, namespace, { ...restarting, say }),
    restarted => (restarted ? 'it was started anew' : 'it is already'),
  )
}
