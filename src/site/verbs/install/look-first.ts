import { asStep, type SiteHost, type Talk } from '../../../kernel/ports/index.ts'
import { checkServices, type Look as Ground, requireEscrowChoice, requireOwn } from '../../gate/index.ts'
import { refuseForeign, refuseForeignRecords, refuseOtherOperator } from '../../install/index.ts'
import type { LoadingWay } from '../../load/index.ts'
import { ingressFaults, namespacesOf, requireGivenPassword } from '../../wire/index.ts'

export { requireOwn }

/** What is to be installed, where, and how images come to the nodes. */
export interface Look extends Ground {
  readonly way: LoadingWay
}

/**
 * Looks at all that could stop an install, before its first change: all of it side by side, as calls that each end with
 * what they throw, the gravest first.
 * @throws SealiftError CLUSTER_*, FOREIGN_INSTALL, SITE_INVALID, DOWNGRADE_REFUSED, UPGRADE_UNFIT, LOAD_FAILED, BASE_MISSING, DATABASE_*, CACHE_*, KEYS_LOST
 */
export function looks(look: Look, host: SiteHost, talk: Talk): Promise<void>[] {
  const { bundle, site, wired, way } = look
  const { cluster } = host
  const atCluster = lookAt('the cluster', talk, async () => {
    const { server, version } = await cluster.info()
    await requireOwn(look, cluster)
    const namespaces = namespacesOf(wired)
    await refuseForeignRecords(cluster)
    await refuseForeign(cluster, namespaces)
    await refuseOtherOperator(cluster, namespaces)
    await requireGivenPassword(cluster, site, wired.infisical.namespace)
    await requireEscrowChoice(cluster, site, wired.infisical.namespace)
    return `${version} at ${server}`
  })
  const atBase = () => lookAt('what the delta builds on', talk, () => way.base(bundle))
  const atRoom = lookAt('the room for images', talk, async () => {
    const { detail, doubt } = await way.room(bundle)
    if (doubt !== undefined) talk.reporter.warn(doubt)
    return detail
  })
  const atIngress = async () => {
    for (const { message, hint } of await ingressFaults(cluster, site, wired.infisical.namespace))
      talk.reporter.warn(`the Ingress will not work yet: ${message}; ${hint}`)
  }
  const atServices = lookAt('PostgreSQL and Dragonfly', talk, () =>
    checkServices(site, host, wired, look.takeOver),
  )
  return [atCluster, ...(bundle.absent.length > 0 ? [atBase()] : []), atRoom, atIngress(), atServices]
}

async function lookAt(what: string, { reporter, signal }: Talk, look: () => Promise<string>): Promise<void> {
  signal.throwIfAborted()
  await asStep(reporter, `Look at ${what}`, look, found => found)
}
