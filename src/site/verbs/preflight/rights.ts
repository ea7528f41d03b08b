import { systemNamespace } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { type Access, kinds } from '../../../kernel/ports/index.ts'
import { completedBundle, isOlder } from '../../install/index.ts'
import { accessesOf, everything, type Found, judgeRights, ok } from '../../preflight/index.ts'
import { neededRules, rightsOf } from '../../rights/index.ts'
import { namespacesOf } from '../../wire/index.ts'
import type { Grounds, PreflightHost } from './grounds.ts'
import { type Check, unseen } from './looking.ts'

/** Whether whoever installs, or upgrades what is here, may do exactly what that will do. */
export function rightsCheck(grounds: Grounds): Check {
  return {
    ...{ id: 'cluster/rights', group: 'cluster', title: 'Rights for what an install does', seconds: 120 },
    look: () => lookAtRights(grounds),
  }
}

async function lookAtRights({
  request,
  host,
  signal,
  cluster,
  opened,
  helm,
  wired,
  way,
}: Grounds): Promise<Found> {
  await cluster.need()
  // A cluster admin needs no list, and no bundle to make it from.
  if (await host.looks.may(everything)) return ok('everything is allowed: a cluster admin')
  const { files } = host
  const bundle = await opened.need()
  const rendering = {
    bundle,
    site: request.site,
    helm: await helm.need(),
    files,
    signal,
  }
  const namespaces = await namespacesToMake(host, namespacesOf(await wired.need()))
  // What is here already, an upgrade takes further, which stops pods and may have objects stored anew.
  const older = isOlder(await seen(() => completedBundle(host.cluster)), bundle.lock.metadata)
  // Why there is no way is told where that is looked at.
  const load = await way.own().then(
    ({ name }) => name,
    () => undefined,
  )
  // Roles of charts are made by who holds all that they grant, or may escalate to them: one of both is enough.
  const ways = (['hold', 'escalate'] as const).map(async grants => {
    const rules = neededRules([older ? 'upgrade' : 'install'], {
      ...(await rightsOf(rendering, grants)),
      load,
    })
    const accesses = [...accessesOf(rules), ...namespaces]
    const allowed = await Promise.all(accesses.map(access => host.looks.may(access)))
    return judgeRights(
      accesses.filter((_, i) => !allowed[i]),
      accesses.length,
    )
  })
  const [held, escalated] = await Promise.all(ways)
  return held?.result !== 'ok' && escalated?.result === 'ok' ? escalated : (held ?? unseen('nobody asked'))
}

/** What is there; nothing where whoever asks may not see it: that right is among those that are asked about. */
async function seen<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'CLUSTER_DENIED') return undefined
    throw error
  }
}

/** Roles are printed for namespaces that are there; those that are not, an install makes. */
async function namespacesToMake(
  { cluster }: PreflightHost,
  namespaces: readonly string[],
): Promise<Access[]> {
  const names = [systemNamespace, ...namespaces]
  const found = await Promise.all(
    names.map(name => seen(async () => (await cluster.get(kinds.namespace, name)) === undefined)),
  )
  const missing = names.filter((_, i) => found[i])
  return missing.map(name => ({ verb: 'create', group: '', resource: 'namespaces', name }))
}
