import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { DatabaseSession, Watch } from '../../kernel/ports/index.ts'
import { commentOf, keptComment } from './kept.ts'
import type { Maker } from './maker.ts'
import { alone } from './sessions.ts'

/** Databases by name. */
export interface Swap {
  /** The one that gets the name of Infisical's. */
  readonly next: string
  /** How the one that has it now is called afterwards, and its comment then. */
  readonly aside: string
  readonly comment: string
}

/**
 * Gives a database the name of Infisical's, which is set aside, both at once or neither: there is no moment in which none has
 * the name. Both are renames, which take no longer for a large one. Where somebody has renamed it by hand, the rest is done.
 * @throws SealiftError DATABASE_UNFIT when others are connected to one of them, or the next is another role's, DATABASE_*
 */
export async function swapNames(maker: Maker, { next, aside, comment }: Swap, watch: Watch): Promise<void> {
  const { session } = maker
  const { database } = maker.own
  await requireOwn(maker, next)
  await alone(maker, [database, next], watch, async () => {
    const served = await commentOf(session, database)
    const about = [served, await commentOf(session, aside), await commentOf(session, next)]
    await session.query('BEGIN')
    try {
      // The comment names the keys: the one of what was served holds for the next as well, which is nobody's to drop then.
      const own = about.find(text => text !== undefined && !text.startsWith(keptComment))
      await commentOn(session, next, own ?? '')
      if (served !== undefined) await rename(session, database, aside)
      if ((served ?? about[1]) !== undefined) await commentOn(session, aside, comment)
      await rename(session, next, database)
      await session.query('COMMIT')
    } catch (error) {
      await session.query('ROLLBACK').catch(() => {})
      throw error
    }
  })
}

/** A database is known by its name, which whoever may make databases can give to one of his own. */
async function requireOwn({ session, owner }: Maker, name: string): Promise<void> {
  const [row] = await session.query(
    'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1',
    [name],
  )
  if (row === undefined || row['owner'] === owner) return
  throw new SealiftError(
    'DATABASE_UNFIT',
    printable(
      `database ${name} belongs to ${row['owner']}, not to ${owner}: it is none that Sealift has made`,
      400,
    ),
    {
      hints: [
        'nothing was renamed; see who has made it, and drop it or give it another name: sealift restore brings back what an archive has',
      ],
    },
  )
}

/** Writes a database's comment; an empty one takes it away. */
export async function commentOn(session: DatabaseSession, name: string, text: string): Promise<void> {
  await session.query(`COMMENT ON DATABASE ${session.identifier(name)} IS ${session.literal(text)}`)
}

/** Renames a database. */
export async function rename(session: DatabaseSession, from: string, to: string): Promise<void> {
  await session.query(`ALTER DATABASE ${session.identifier(from)} RENAME TO ${session.identifier(to)}`)
}
