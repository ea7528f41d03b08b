import { SealiftError } from '../../kernel/errors/index.ts'
import type { Cluster } from '../../kernel/ports/index.ts'
import { noteUpgrade, readUpgrade, type UpgradeNote } from './upgrade-note.ts'
import type { KeptDatabase } from './upgrade-shapes.ts'

/** For how long a database beside Infisical's is kept, in milliseconds: a week, in which whoever misses something says so. */
const retention = 7 * 24 * 3600 * 1000

/** Until when what an upgrade has kept is kept (ISO); nothing where it keeps nothing, or is not at its end. */
export function keptUntil({ state, at, snapshot, setAside }: UpgradeNote): string | undefined {
  if ((snapshot ?? setAside) === undefined || state === 'begun' || state === 'returning') return undefined
  return new Date(Date.parse(at) + retention).toISOString()
}

/** All that is kept on a site whose last upgrade is at its end: what that has left, and what those before it have. */
export function keptDatabases(note: UpgradeNote): KeptDatabase[] {
  const until = keptUntil(note)
  const own = [note.snapshot, note.setAside].filter(one => one !== undefined)
  const left = until === undefined ? [] : own.map(database => ({ database, until }))
  return [...left, ...(note.kept ?? [])]
}

/**
 * Ends the upgrade of a site that is removed meanwhile: an install begins anew, and what leads back leads nowhere. Its copy of
 * the database, perhaps the only good one, has its week. `now` is an ISO time. @throws SealiftError CLUSTER_*
 */
export async function closeUpgrade(cluster: Cluster, now: string): Promise<void> {
  const note = await readUpgrade(cluster).catch((error: unknown) => {
    // Whoever has spoilt it shall be able to remove the site all the same.
    if (error instanceof SealiftError && error.code === 'LOCK_INVALID') return undefined
    throw error
  })
  if (note === undefined || note.state === 'proven' || note.state === 'returned') return
  const { snapshot, kept = [], ...rest } = note
  const until = new Date(Date.parse(now) + retention).toISOString()
  const left = snapshot === undefined ? kept : [...kept, { database: snapshot, until }]
  await noteUpgrade(cluster, rest, {
    ...{ state: 'returned', at: now, why: 'the site was removed before it came to its end' },
    ...(left.length === 0 ? {} : { kept: left }),
  })
}
