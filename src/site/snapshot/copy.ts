import type { Watch } from '../../kernel/ports/index.ts'
import { stoppable } from '../../kernel/services/index.ts'
import type { Maker } from './maker.ts'
import { alone } from './sessions.ts'

/**
 * Copies Infisical's database into a new one of the same owner, encoding, locale and tablespace, while nobody is connected to
 * it. PostgreSQL makes a copy whole or not at all; an abort ends it. `size` is for people. Gives doubts about what was copied, in words.
 * @throws SealiftError DATABASE_UNFIT when others are connected, DATABASE_*; the signal's reason; Error as PostgreSQL says it
 */
export async function copyDatabase(
  maker: Maker,
  { name, size }: { readonly name: string; readonly size: string },
  watch: Watch,
): Promise<string[]> {
  const { session, own, owner } = maker
  const moved = await collations(maker)
  const statement = [
    `CREATE DATABASE ${session.identifier(name)} OWNER ${session.identifier(owner)}`,
    `TEMPLATE ${session.identifier(own.database)}`,
    ...(moved === undefined ? [] : [`COLLATION_VERSION ${session.literal(moved.made)}`]),
  ].join(' ')
  await alone(maker, [own.database], watch, async () => {
    watch.say(`copying ${own.database}${size}`)
    await stoppable(maker, watch.signal, () => session.query(statement))
  })
  if (moved === undefined) return []
  return [
    `database ${own.database} was made with version ${moved.made} of its collation, and the server has ${moved.has ?? 'none'}: indexes of texts may be out of order, in the copy as before; when the upgrade is proven, run REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION`,
  ]
}

/**
 * The version of its collation that a database was made with, where the server's libraries have another one, as after a move
 * to another image. Since PostgreSQL 15 such a database is no template unless that very version is asked for.
 */
async function collations({
  session,
  own,
}: Maker): Promise<{ readonly made: string; readonly has: string | undefined } | undefined> {
  const [server] = await session.query("SELECT current_setting('server_version_num')::int >= 150000 AS knows")
  if (server?.['knows'] !== true) return undefined
  const [row] = await session.query(
    `SELECT datcollversion AS made, pg_database_collation_actual_version(oid) AS has
       FROM pg_database WHERE datname = $1`,
    [own.database],
  )
  const { made, has } = row ?? {}
  if (typeof made !== 'string' || made === has) return undefined
  return { made, has: typeof has === 'string' ? has : undefined }
}
