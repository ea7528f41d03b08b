import { compatibility, definitionsOf, type Finding, judgeWayBack } from '../../compatibility/index.ts'
import { completedBundle, isOlder, readReceipt } from '../../install/index.ts'
import { schemaProspect } from '../../migrations/index.ts'
import { type Found, fault, ok, type Part, warning } from '../../preflight/index.ts'
import { ownDatabase, storedKeys } from '../../wire/index.ts'
import type { Grounds } from './grounds.ts'
import type { Check } from './looking.ts'
import { spoiltReceipt } from './receipt.ts'
import { objectsOf } from './rendered.ts'

/** Whether the bundle may follow the older version that is installed, rule by rule; one line where none is. */
export function upgradeChecks(grounds: Grounds): Check[] {
  const group = 'upgrade'
  return [
    {
      ...{ id: 'upgrade', group, title: 'What is installed can be upgraded to this bundle', seconds: 180 },
      look: () => lookAtRules(grounds),
    },
    {
      ...{ id: 'upgrade/database', partsOf: 'upgrade', group, seconds: 180 },
      title: 'Its database can be migrated, and put back',
      look: () => lookAtMigrations(grounds),
    },
  ]
}

/** What an upgrade would meet in the database. Nothing where no older version is installed: the other look says so. */
async function lookAtMigrations(grounds: Grounds): Promise<Part[]> {
  const { cluster } = grounds.host
  const [bundle] = await Promise.all([grounds.opened.need(), grounds.cluster.need()])
  if (!isOlder(await completedBundle(cluster), bundle.lock.metadata)) return []
  const [{ infisical }, services] = await Promise.all([grounds.wired.need(), grounds.services.need()])
  await grounds.database.need()
  const own = await ownDatabase(services, await storedKeys(cluster, infisical.namespace))
  const objects = await objectsOf(infisical, grounds)
  const { findings } = await schemaProspect(services, own, bundle, objects)
  const { finding } = await judgeWayBack(services, own)
  return [...findings, finding].map(found => ({ ...shown(found), of: found.id }))
}

async function lookAtRules(grounds: Grounds): Promise<Found | Part[]> {
  const { host, signal } = grounds
  const { cluster, files } = host
  const [bundle] = await Promise.all([grounds.opened.need(), grounds.cluster.need()])
  const here = await completedBundle(cluster)
  const older = isOlder(here, bundle.lock.metadata)
  const spoilt = await spoiltReceipt(cluster)
  if (spoilt !== undefined && (older || here === undefined)) throw spoilt
  if (spoilt !== undefined) return warning(spoilt.message, spoilt.hints[0] ?? '')
  if (!older) return ok('no older version of it is installed here')
  const receipt = await readReceipt(cluster)
  const [wired, helm] = await Promise.all([grounds.wired.need(), grounds.helm.need()])
  const findings = await compatibility({
    ...{ cluster, helm, receipt, bundle, wired, skipMinors: grounds.request.allow.skipMinors ?? false },
    render: async chart => ({
      objects: await objectsOf(chart, grounds),
      definitions: await definitionsOf(chart, { bundle, wired, helm, files, signal }),
    }),
  })
  // Kubernetes' version is a check of its own, whatever is installed.
  return findings.filter(({ id }) => id !== 'kubernetes').map(found => ({ ...shown(found), of: found.id }))
}

function shown({ ok: verdict, seen, hint = '' }: Finding): Found {
  if (verdict === 'yes') return ok(seen)
  return verdict === 'no' ? fault(seen, hint) : warning(seen, hint)
}
