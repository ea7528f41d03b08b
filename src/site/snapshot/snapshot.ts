import { SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { Clock, DatabaseSession } from '../../kernel/ports/index.ts'
import {
  borrowRole,
  type DatabaseMaker,
  type OwnDatabase,
  type SiteServices,
  withDatabaseMaker,
} from '../wire/index.ts'
import { carryAttributes } from './attributes.ts'
import { explainedCopy } from './explained.ts'
import { copyingName, snapshotName } from './names.ts'
import { untilNobody, untilNoCopy } from './sessions.ts'

/** A database that is kept. */
export interface Snapshot {
  readonly database: string
  /** Where whoever asks may see it. */
  readonly bytes?: number
  /** What its comment says: when and before what it was made. */
  readonly about: string
}

/** How work is watched and stopped. */
export interface Watch {
  readonly signal: AbortSignal
  readonly say: (detail: string) => void
}

/** The beginning of comments on databases that are kept, by which they are known. */
export const keptComment = 'Sealift keeps this: '

const mebibyte = 2 ** 20

/**
 * Copies Infisical's database inside the server, while nobody is connected to it; one that is complete under that name is
 * left as it is. What PostgreSQL copies with none is carried over. The name comes last: a copy that has it is whole.
 * @throws SealiftError DATABASE_UNFIT when others are connected or the server cannot copy it, DATABASE_*, CLUSTER_*
 */
export async function takeSnapshot(
  services: SiteServices,
  own: OwnDatabase,
  { id, about }: { readonly id: string; readonly about: string },
  { signal, say }: Watch,
): Promise<{ changed: boolean; detail: string; snapshot: Snapshot }> {
  const { database, user } = own.parts
  const [name, copying] = [snapshotName(database, id), copyingName(database, id)]
  return await asMaker(services, own, async ({ session, by }) => {
    const before = await kept(session, name)
    if (before !== undefined)
      return { changed: false, detail: `${name} was made before`, snapshot: { database: name, ...before } }
    await untilNoCopy(session, copying, { clock: services.clock, signal })
    await session.query(`DROP DATABASE IF EXISTS ${session.identifier(copying)}`)
    say(`waiting until nobody is connected to ${database}`)
    await untilNobody(session, [database], user, { clock: services.clock, signal })
    const bytes = await sizeOf(session, database)
    say(`copying ${database}, ${Math.round(bytes / mebibyte)} MiB`)
    const [copy, role] = [copying, user].map(one => session.identifier(one))
    await session.query(`CREATE DATABASE ${copy} OWNER ${role} TEMPLATE ${session.identifier(database)}`)
    const lost = await carryAttributes(session, database, copying)
    await session.query(`COMMENT ON DATABASE ${copy} IS ${session.literal(keptComment + about)}`)
    await session.query(`ALTER DATABASE ${copy} RENAME TO ${session.identifier(name)}`)
    const whose = by === 'role' ? 'as the role itself' : 'as the administrator'
    const left = lost.length === 0 ? '' : `; not carried over: ${lost.join('; ')}`
    return {
      changed: true,
      detail: `${name}, ${Math.round(bytes / mebibyte)} MiB, ${whose}${left}`,
      snapshot: { database: name, bytes, about },
    }
  })
}

/**
 * Ends what is left of a server that was stopped: PostgreSQL goes on with a statement whose client is gone, and a later
 * server would wait for it. @throws SealiftError DATABASE_UNFIT when others are connected, DATABASE_*, CLUSTER_*
 */
export async function endSessions(
  services: SiteServices,
  own: OwnDatabase,
  { signal, say }: Watch,
): Promise<void> {
  const { database, user } = own.parts
  say(`waiting until nobody is connected to ${database}`)
  await asMaker(services, own, ({ session }) =>
    untilNobody(session, [database], user, { clock: services.clock, signal }),
  )
}

/** The databases of a site that are kept, by their comments. @throws SealiftError DATABASE_*, CLUSTER_* */
export async function snapshots(services: SiteServices, own: OwnDatabase): Promise<Snapshot[]> {
  return await withDatabaseMaker(services, own, async ({ session }) => {
    const rows = await session.query(
      `SELECT datname AS kept FROM pg_database
        WHERE pg_get_userbyid(datdba) = $1 AND starts_with(shobj_description(oid, 'pg_database'), $2)`,
      [own.parts.user, keptComment],
    )
    const found: Snapshot[] = []
    for (const row of rows) {
      const database = String(row['kept'])
      const about = await kept(session, database)
      if (about !== undefined) found.push({ database, ...about })
    }
    return found
  })
}

/** Drops a database that is kept; never one that nobody has marked so. Tells whether it was there. @throws SealiftError DATABASE_*, CLUSTER_* */
export async function dropSnapshot(
  services: SiteServices,
  own: OwnDatabase,
  database: string,
): Promise<boolean> {
  return await asMaker(services, own, async ({ session }) => {
    if ((await kept(session, database)) === undefined) return false
    await session.query(`DROP DATABASE ${session.identifier(database)} WITH (FORCE)`)
    return true
  })
}

/** Drops the copy of an id, complete or begun. Tells whether there was one. @throws SealiftError DATABASE_*, CLUSTER_* */
export async function discardSnapshot(
  services: SiteServices,
  own: OwnDatabase,
  { id }: { readonly id: string },
): Promise<boolean> {
  const { database, user } = own.parts
  const [whole, begun] = [snapshotName(database, id), copyingName(database, id)]
  return await asMaker(services, own, async ({ session }) => {
    const found = await session.query(
      `SELECT datname FROM pg_database
        WHERE pg_get_userbyid(datdba) = $1 AND (datname = $2 OR datname = $3 AND starts_with(shobj_description(oid, 'pg_database'), $4))`,
      [user, begun, whole, keptComment],
    )
    for (const { datname } of found)
      await session.query(`DROP DATABASE ${session.identifier(String(datname))} WITH (FORCE)`)
    return found.length > 0
  })
}

/** Whether a copy could be made, by whom, and of how much where he may see that; else why not. Changes nothing. @throws SealiftError DATABASE_*, CLUSTER_* */
export async function mayTakeSnapshot(
  services: SiteServices,
  own: OwnDatabase,
): Promise<{ by: DatabaseMaker['by']; bytes?: number } | { fault: string; hint: string }> {
  try {
    return await withDatabaseMaker(services, own, async ({ session, by }) => {
      const bytes = await sizeIfSeen(session, own.parts.database)
      return { by, ...(bytes === undefined ? {} : { bytes }) }
    })
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'DATABASE_DENIED') throw error
    return { fault: error.message, hint: error.hints[0] ?? '' }
  }
}

/** Work of whoever may make databases of Infisical's role. */
export async function asMaker<T>(
  services: SiteServices & { readonly clock: Clock },
  own: OwnDatabase,
  work: (maker: DatabaseMaker) => Promise<T>,
): Promise<T> {
  return await withDatabaseMaker(services, own, async maker => {
    let result: { readonly value: T } | undefined
    await explainedCopy(() =>
      borrowRole(maker.session, own.parts.user, async () => {
        result = { value: await work(maker) }
      }),
    )
    if (result === undefined) throw new Error('nothing was done as the role')
    return result.value
  })
}

async function kept(session: DatabaseSession, name: string): Promise<Omit<Snapshot, 'database'> | undefined> {
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

/** A database's bytes; nothing for whoever may not connect to it. */
async function sizeIfSeen(session: DatabaseSession, name: string): Promise<number | undefined> {
  return await sizeOf(session, name).catch(error => {
    if (systemCode(error) === '42501') return undefined
    throw error
  })
}

async function sizeOf(session: DatabaseSession, name: string): Promise<number> {
  const [row] = await session.query(
    'SELECT pg_database_size(datname)::float8 AS bytes FROM pg_database WHERE datname = $1',
    [name],
  )
  return Number(row?.['bytes'] ?? 0)
}
