import { printable } from '../../kernel/errors/index.ts'
import type { DatabaseSession } from '../../kernel/ports/index.ts'
import { unfinishedIndexes } from './troubles.ts'

/**
 * Drops the indexes of the session's database that a killed migration has not built to the end, while nobody else is
 * connected: made anew by the same migration, they are whole, where `IF NOT EXISTS` would pass over them for ever. Only for
 * an upgrade that goes on, which has found none before it began. @returns their names @throws what the session throws
 */
export async function dropUnfinishedIndexes(session: DatabaseSession): Promise<string[]> {
  const found = await unfinishedIndexes(session)
  for (const { quoted } of found) await session.query(`DROP INDEX IF EXISTS ${quoted}`)
  return found.map(({ name }) => printable(name))
}
