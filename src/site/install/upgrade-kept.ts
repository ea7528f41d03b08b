import type { UpgradeNote } from './upgrade-note.ts'
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
