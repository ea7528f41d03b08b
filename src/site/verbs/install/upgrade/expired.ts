import { SealiftError } from '../../../../kernel/errors/index.ts'
import {
  type KeptDatabase,
  keptDatabases,
  noteUpgrade,
  readUpgrade,
  type UpgradeNote,
} from '../../../install/index.ts'
import { dropSnapshot } from '../../../snapshot/index.ts'
import { databaseIn } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'

/**
 * Drops the databases that earlier upgrades have kept, each once its time is over. What stands in the way of that is told,
 * and tried again by the next run. @throws SealiftError CLUSTER_*, LOCK_INVALID
 */
export async function dropExpired(installation: Installation): Promise<void> {
  const { cluster } = installation.host
  const note = await readUpgrade(cluster)
  if (note === undefined) return
  const gone = await dropped(keptDatabases(note).filter(isOver(installation)), installation)
  if (gone.size > 0) await noteUpgrade(cluster, without(note, gone), {})
}

/**
 * What goes on being kept while another upgrade begins: the copy of before that led back from the last one leads nowhere then,
 * and is dropped; what ways back have set aside, with writes that are nowhere else, has its week. What cannot be dropped is
 * among it, for the next run. @throws SealiftError CLUSTER_*, LOCK_INVALID
 */
export async function keptOn(installation: Installation): Promise<KeptDatabase[]> {
  const note = await readUpgrade(installation.host.cluster)
  if (note === undefined) return []
  const kept = keptDatabases(note)
  const over = isOver(installation)
  const due = kept.filter(one => one.database === note.snapshot || over(one))
  const gone = await dropped(due, installation)
  const at = new Date(installation.host.clock.now()).toISOString()
  return kept
    .filter(({ database }) => !gone.has(database))
    .map(one => (one.database === note.snapshot ? { ...one, until: at } : one))
}

const isOver =
  ({ host }: Pick<Installation, 'host'>) =>
  ({ until }: KeptDatabase) =>
    host.clock.now() >= Date.parse(until)

/** Drops databases; gives the names of those that are not there any more. */
async function dropped(
  due: readonly KeptDatabase[],
  { host, site, wired, talk }: Installation,
): Promise<ReadonlySet<string>> {
  const gone = new Set<string>()
  for (const { database } of due)
    try {
      const { services, own } = await databaseIn(site, host, wired.infisical.namespace)
      if (await dropSnapshot(services, own, database))
        talk.reporter.note(`no longer needed, and dropped: database ${database}`)
      gone.add(database)
    } catch (error) {
      if (!(error instanceof SealiftError)) throw error
      talk.reporter.warn(`database ${database}, which an earlier upgrade has kept, stays: ${error.message}`)
    }
  return gone
}

function without(note: UpgradeNote, gone: ReadonlySet<string>): UpgradeNote {
  const { snapshot, setAside, kept = [], ...rest } = note
  const left = kept.filter(({ database }) => !gone.has(database))
  return {
    ...rest,
    ...(snapshot === undefined || gone.has(snapshot) ? {} : { snapshot }),
    ...(setAside === undefined || gone.has(setAside) ? {} : { setAside }),
    ...(left.length === 0 ? {} : { kept: left }),
  }
}
