import { SealiftError } from '../../../../kernel/errors/index.ts'
import { keptUntil, noteUpgrade, readUpgrade } from '../../../install/index.ts'
import { dropSnapshot } from '../../../snapshot/index.ts'
import { databaseIn } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'

/**
 * Drops the databases that an earlier upgrade has kept, once their time is over, or now where another begins. What stands in
 * the way of that is told, and tried again by the next run. @throws SealiftError CLUSTER_*, LOCK_INVALID
 */
export async function dropExpired({ host, site, wired, talk }: Installation, atOnce = false): Promise<void> {
  const note = await readUpgrade(host.cluster)
  const until = note && keptUntil(note)
  if (note === undefined || until === undefined) return
  if (!atOnce && host.clock.now() < Date.parse(until)) return
  const { snapshot, setAside, ...rest } = note
  try {
    const { services, own } = await databaseIn(site, host, wired.infisical.namespace)
    for (const database of [snapshot, setAside])
      if (database !== undefined && (await dropSnapshot(services, own, database)))
        talk.reporter.note(`no longer needed, and dropped: database ${database}`)
    await noteUpgrade(host.cluster, rest, {})
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
    talk.reporter.warn(`what the upgrade to ${note.to.version} has kept stays: ${error.message}`)
  }
}
