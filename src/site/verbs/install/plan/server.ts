import { infisicalName } from '../../../../kernel/access/index.ts'
import { SealiftError } from '../../../../kernel/errors/index.ts'
import { type Infisical, isTerminating, kinds, type SiteHost } from '../../../../kernel/ports/index.ts'
import type { PlannedChange, Rehearsal } from '../../../plan/index.ts'
import { applyStore, foreseeServer, givenPassword, storeScope } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'

/**
 * What would be done through Infisical's API, and to the store. `data` says whether the database holds an Infisical: one
 * that is not up, and has data, cannot be asked. @throws SealiftError FOREIGN_INSTALL, SITE_INVALID, SERVER_FAILED, CLUSTER_*
 */
export async function plannedServer(
  installation: Installation,
  rehearsal: Rehearsal,
  data: boolean,
  real: Pick<SiteHost, 'cluster'>,
): Promise<{ changes: PlannedChange[]; unknown: string[] }> {
  const { site, wired, host, manifests } = installation
  const { cluster, random } = host
  const { namespace } = wired.infisical
  const infisical = await serverIfUp(installation, real)
  const changes: PlannedChange[] = []
  const unknown: string[] = []
  rehearsal.during('bootstrap')
  if (infisical === undefined && data)
    unknown.push('Infisical is not up, and its database has data: what it lacks is looked at when it is')
  else {
    const given = givenPassword(cluster, site)
    const { organization, admin } = site
    const operatorNamespace = wired.externalSecrets.namespace
    const foreseen = await foreseeServer({
      ...{ cluster, infisical, random, organization, namespace, operatorNamespace, email: admin.email },
      ...(given && { given }),
    })
    changes.push(...foreseen)
  }
  rehearsal.during('store')
  await applyStore(cluster, manifests, storeScope(wired))
  return { changes, unknown }
}

/** The server behind its Service; nothing where it is not there, or not up. */
async function serverIfUp(
  { wired, access }: Installation,
  { cluster }: Pick<SiteHost, 'cluster'>,
): Promise<Infisical | undefined> {
  const live = await cluster.get(kinds.deployment, infisicalName, wired.infisical.namespace)
  if (live === undefined || isTerminating(live)) return undefined
  try {
    return await access.server()
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'CLUSTER_FAILED') return undefined
    throw error
  }
}
