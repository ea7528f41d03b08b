import { count } from '../../../kernel/errors/index.ts'
import { archiveProspect } from '../../backup/index.ts'
import { cacheWords, databaseWords, lookAtCache, lookAtKeys, requireEscrowChoice } from '../../gate/index.ts'
import { requireJournal } from '../../install/index.ts'
import { judgeClock, notLookedAt, ok, warning } from '../../preflight/index.ts'
import {
  judgeServerRoom,
  lockedSetting,
  requireGivenPassword,
  siteVariables,
  storedKeys,
} from '../../wire/index.ts'
import type { Grounds } from './grounds.ts'
import { type Check, unseen } from './looking.ts'

/** What is asked of PostgreSQL, Dragonfly, and of what the site file says of them. Nothing is written there. */
export function serviceChecks({
  request,
  host,
  opened,
  wired,
  cluster,
  services,
  database,
}: Grounds): Check[] {
  const { site, allow } = request
  const group = 'services'
  /** What may be asked once the cluster answers: Infisical's namespace in the bundle, and the cluster. */
  const asked = async () => {
    const [found] = await Promise.all([services.need(), cluster.need()])
    return found
  }
  return [
    {
      ...{ id: 'postgresql', group, title: `PostgreSQL at ${site.database.host}` },
      async look() {
        const { facts, state, own } = await database.own()
        const { database: name } = own.parts
        const there = state === undefined ? `database ${name} is to be made` : `database ${name} is there`
        const free =
          facts && `, ${count(facts.freeConnections, 'connection')} of ${facts.maxConnections} free`
        return ok(`${databaseWords(facts)}${free ?? ''}; ${there}`)
      },
    },
    {
      ...{ id: 'postgresql/clock', group, title: 'PostgreSQL’s clock and this machine’s agree' },
      async look() {
        const { facts } = await database.need()
        if (facts?.now === undefined) return notLookedAt('nobody may ask it yet')
        return judgeClock(facts.now - host.clock.now(), "PostgreSQL's clock", 'this machine’s')
      },
    },
    {
      ...{ id: 'postgresql/tools', group, title: 'PostgreSQL’s tools, for an archive' },
      async look() {
        const [found, bundle, { own, facts }] = await Promise.all([asked(), opened.need(), database.need()])
        const at = { services: found, own }
        const { ok: verdict, seen, hint = '' } = await archiveProspect(at, host, bundle, facts?.version)
        return verdict === 'yes' ? ok(seen) : warning(seen, hint)
      },
    },
    {
      ...{ id: 'keys', group, title: 'Infisical’s keys, and whose the database is' },
      async look() {
        const found = await database.need()
        await lookAtKeys(await asked(), found, allow.takeOver)
        return ok(found.stored === undefined ? 'they are to be made' : 'they are there, and of this database')
      },
    },
    {
      ...{ id: 'dragonfly', group, title: `Dragonfly at ${site.dragonfly.host}` },
      async look() {
        const found = await asked()
        const stored = await storedKeys(host.cluster, found.namespace).catch(() =>
          unseen('whose its keys are is not known: see postgresql'),
        )
        const facts = await lookAtCache(found, stored)
        const free = facts.freeConnections === undefined ? '' : `, ${facts.freeConnections} connections free`
        return ok(`${cacheWords(facts)}, database ${site.dragonfly.database}${free}`)
      },
    },
    {
      ...{
        id: 'infisical/memory',
        group,
        title: 'Infisical’s V8 heap, its limit, and what its version needs',
      },
      async look() {
        const [{ lock }, { infisical }] = await Promise.all([opened.need(), wired.need()])
        const { enough, seen, next } = judgeServerRoom(lockedSetting(lock, infisical.name, site.memory))
        return enough ? ok(seen) : warning(seen, next ?? '')
      },
    },
    {
      ...{ id: 'site/secrets', group, title: 'Secrets that the site file names' },
      async look() {
        const { namespace } = await asked()
        await siteVariables(host.cluster, site)
        await requireGivenPassword(host.cluster, site, namespace)
        return ok('all that it names are there')
      },
    },
    {
      ...{ id: 'site/escrow', group, title: 'Who could put the keys back' },
      async look() {
        const { namespace } = await asked()
        await requireEscrowChoice(host.cluster, site, namespace)
        if (site.escrow === 'none') return ok('nobody: the site file says that there shall be no escrow')
        return ok(
          site.escrow ? `escrow for ${count(site.escrow.length, 'recipient')}` : 'keys are here already',
        )
      },
    },
    {
      ...{ id: 'site/journal', group, title: 'Where the journal is written' },
      async look() {
        await requireJournal(host.files, request.journal)
        return ok(`${request.journal} can be written`)
      },
    },
  ]
}
