import type { Tenancy } from '../../../kernel/inputs/index.ts'
import { asStep, type Reporter } from '../../../kernel/ports/index.ts'
import { askedOf, ensureServerVariables, type Restarting } from '../../../kernel/server-variables/index.ts'
import { asker, internalConnections, type ReadyLogins, variablesFor } from '../../ci/index.ts'

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
