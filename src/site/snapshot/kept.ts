import { SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { DatabaseSession } from '../../kernel/ports/index.ts'
import type { DatabaseMaker, OwnDatabase, SiteServices } from '../wire/index.ts'
import { asMaker } from './maker.ts'
import { copyingName, snapshotName } from './names.ts'
import { drop, othersIn } from './sessions.ts'

/** A database that is kept. */
export interface Snapshot {
  readonly database: string
  /** Where whoever asks may see it. */
  readonly bytes?: number
  /** What its comment says: when and before what it was made. */
  readonly about: string
}

/** The beginning of comments on databases that are kept, by which they are known. */
export const keptComment = 'Sealift keeps this: '

/** The databases of a site that are kept, by their comments. @throws SealiftError DATABASE_*, CLUSTER_* */
export async function snapshots(services: SiteServices, own: OwnDatabase): Promise<Snapshot[]> {
  return await asMaker(services, own, async ({ session, owner }) => {
    const rows = await session.query(
      `SELECT datname AS kept FROM pg_database
        WHERE pg_get_userbyid(datdba) = $1 AND starts_with(shobj_description(oid, 'pg_database'), $2)`,
      [owner, keptComment],
    )
    const found: Snapshot[] = []
    for (const row of rows) {
      const database = String(row['kept'])
      const about = await kept(session, database)
      if (about !== undefined && database !== own.parts.database) found.push({ database, ...about })
    }
    return found
  })
}

/**
 * Drops a database that is kept; never one that nobody has marked so, nor another site's at the same server. Tells whether it
 * was there. @throws SealiftError DATABASE_*, CLUSTER_*
 */
export async function dropSnapshot(
  services: SiteServices,
  own: OwnDatabase,
  database: string,
): Promise<boolean> {
  return await asMaker(services, own, async maker => {
    // What is served was a copy once, whatever anybody has written on it.
    if (database === own.parts.database) return false
    const [row] = await maker.session.query(
      'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1',
      [database],
    )
    if (row?.['owner'] !== maker.owner) return false
    if ((await kept(maker.session, database)) === undefined) return false
    await drop(maker, database)
    return true
  })
}

/** Drops the copy of an id, complete or begun. Tells whether there was one. @throws SealiftError DATABASE_*, CLUSTER_* */
export async function discardSnapshot(
  services: SiteServices,
  own: OwnDatabase,
  { id }: { readonly id: string },
): Promise<boolean> {
  const { database } = own.parts
  const [whole, begun] = [snapshotName(database, id), copyingName(database, id)]
  return await asMaker(services, own, async maker => {
    const found = await maker.session.query(
      `SELECT datname FROM pg_database
        WHERE pg_get_userbyid(datdba) = $1 AND (datname = $2 OR datname = $3 AND starts_with(shobj_description(oid, 'pg_database'), $4))`,
      [maker.owner, begun, whole, keptComment],
    )
    for (const { datname } of found) await drop(maker, String(datname))
    return found.length > 0
  })
}

/** That a copy could be made. */
export interface MayTake {
  readonly by: DatabaseMaker['by']
  /** Of the database, where whoever makes the copy may see that. */
  readonly bytes?: number
  /** Who is connected beside Infisical, and would be waited for, then named: a sentence each. */
  readonly others: readonly string[]
}

/** Whether a copy could be made; else why not. Changes nothing. @throws SealiftError DATABASE_*, CLUSTER_* */
export async function mayTakeSnapshot(
  services: SiteServices,
  own: OwnDatabase,
): Promise<MayTake | { readonly fault: string; readonly hint: string }> {
  const { database } = own.parts
  try {
    return await asMaker(services, own, async maker => {
      const bytes = await sizeIfSeen(maker.session, database)
      const others = await othersIn(maker, [database])
      return { by: maker.by, others, ...(bytes === undefined ? {} : { bytes }) }
    })
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'DATABASE_DENIED') throw error
    return { fault: error.message, hint: error.hints[0] ?? '' }
  }
}

/** A kept database; nothing for one that is not there, or not marked so. */
export async function kept(
  session: DatabaseSession,
  name: string,
): Promise<Omit<Snapshot, 'database'> | undefined> {
  const comment = await commentOf(session, name)
  if (!comment?.startsWith(keptComment)) return undefined
  const bytes = await sizeIfSeen(session, name)
  return { ...(bytes === undefined ? {} : { bytes }), about: comment.slice(keptComment.length) }
}

/** A database's comment, empty when it has none; `undefined` when there is no such database. */
export async function commentOf(session: DatabaseSession, name: string): Promise<string | undefined> {
  const [row] = await session.query(
    `SELECT coalesce(shobj_description(oid, 'pg_database'), '') AS comment FROM pg_database WHERE datname = $1`,
    [name],
  )
  return row === undefined ? undefined : String(row['comment'])
}

/** A database's bytes; nothing for whoever may not connect to it, or where there is none. */
export async function sizeIfSeen(session: DatabaseSession, name: string): Promise<number | undefined> {
  try {
    const [row] = await session.query(
      'SELECT pg_database_size(datname)::float8 AS bytes FROM pg_database WHERE datname = $1',
      [name],
    )
    return row === undefined ? undefined : Number(row['bytes'])
  } catch (error) {
    if (systemCode(error) === '42501') return undefined
    throw error
  }
}
