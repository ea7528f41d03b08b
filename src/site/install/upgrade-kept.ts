import type { UpgradeNote } from './upgrade-note.ts'

/** For how long the database of before leads back, in milliseconds: a week, in which whoever uses it has seen it work. */
const retention = 7 * 24 * 3600 * 1000

/** Until when what an upgrade has kept is kept (ISO); nothing where it keeps nothing, or is not at its end. */
export function keptUntil({ state, at, snapshot, setAside }: UpgradeNote): string | undefined {
  if ((snapshot ?? setAside) === undefined || state === 'begun' || state === 'returning') return undefined
  return new Date(Date.parse(at) + retention).toISOString()
}
