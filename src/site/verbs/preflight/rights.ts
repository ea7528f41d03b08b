import { systemNamespace } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { type Access, kinds } from '../../../kernel/ports/index.ts'
import { accessesOf, everything, type Found, judgeRights, ok } from '../../preflight/index.ts'
import { neededRules, rightsOf } from '../../rights/index.ts'
import { namespacesOf } from '../../wire/index.ts'
import type { Grounds, PreflightHost } from './grounds.ts'
import { type Check, unseen } from './looking.ts'

/** Whether whoever installs may do exactly what an install will do. */
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
  const rendering = {
    bundle: await opened.need(),
    site: request.site,
    helm: await helm.need(),
    files,
    signal,
  }
  const namespaces = await namespacesToMake(host, namespacesOf(await wired.need()))
  // Why there is no way is told where that is looked at.
  const load = await way.own().then(
    ({ name }) => name,
    () => undefined,
  )
  // Roles of charts are made by who holds all that they grant, or may escalate to them: one of both is enough.
  const ways = (['hold', 'escalate'] as const).map(async grants => {
    const rules = neededRules(['install'], { ...(await rightsOf(rendering, grants)), load })
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

/** Roles are printed for namespaces that are there; those that are not, an install makes. */
async function namespacesToMake(
  { cluster }: PreflightHost,
  namespaces: readonly string[],
): Promise<Access[]> {
  const names = [systemNamespace, ...namespaces]
  const found = await Promise.all(
    names.map(async name => {
      try {
        return (await cluster.get(kinds.namespace, name)) === undefined
      } catch (error) {
        // Whoever may not see it lacks that right, which is among those that are asked about.
        if (error instanceof SealiftError && error.code === 'CLUSTER_DENIED') return false
        throw error
      }
    }),
  )
  const missing = names.filter((_, i) => found[i])
  return missing.map(name => ({ verb: 'create', group: '', resource: 'namespaces', name }))
}
