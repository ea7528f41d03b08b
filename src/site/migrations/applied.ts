import { messageOf, printable, SealiftError } from '../../kernel/errors/index.ts'
import type { DatabaseSession } from '../../kernel/ports/index.ts'

/**
 * Names of the migrations that the session's database has, in the order in which they ran; none without knex's table.
 * @throws SealiftError DATABASE_UNFIT where the table is another one, DATABASE_UNREACHABLE
 */
export async function migrationsApplied(session: DatabaseSession): Promise<readonly string[]> {
  const [table] = await session.query("SELECT to_regclass('infisical_migrations') IS NOT NULL AS there")
  if (table?.['there'] !== true) return []
  try {
    // No name of a file is longer, and no server has as many: what anybody has written there is not held whole.
    const rows = await session.query(
      'SELECT left(name::text, 300) AS name FROM infisical_migrations WHERE name IS NOT NULL ORDER BY id LIMIT 20000',
    )
    return rows.map(({ name }) => String(name))
  } catch (error) {
    if (error instanceof SealiftError) throw error
    throw new SealiftError(
      'DATABASE_UNFIT',
      `table infisical_migrations does not say which migrations were run: ${printable(messageOf(error))}`,
      { cause: error, hints: ['Look whose table it is: Infisical wants a database of its own.'] },
    )
  }
}
