import type { Site } from '../../../kernel/inputs/index.ts'
import { madeAtServer, madeForDatabase, type StoredKeys } from '../../wire/index.ts'

/** Whether a purge drops the database, or why it keeps it. */
export type DatabaseFate = { readonly dropped: true } | { readonly dropped: false; readonly kept: string }

/**
 * What a purge does about the database: it drops the one that Sealift made for the keys of this very site.
 * @throws SealiftError SITE_INVALID when the keys' connection cannot be read
 */
export function databaseFate(
  { database }: Pick<Site, 'database'>,
  stored: StoredKeys | undefined,
): DatabaseFate {
  const keep = (kept: string): DatabaseFate => ({ dropped: false, kept })
  if (database.uri) return keep('the database: the site brought it (database.uri)')
  const made = madeName(database)
  if (stored === undefined)
    return keep(`${made}, if they are there: no keys here show that they are this site's`)
  if (!madeAtServer(stored, database))
    return keep(`${made}: this site's keys were made for another server than ${database.host}`)
  if (!madeForDatabase(stored, database)) return keep(`${made}: this site's keys were made for another one`)
  return { dropped: true }
}

/** What a purge calls the role and the database of a site. */
export function madeName({ name, user }: Pick<Site['database'], 'name' | 'user'>): string {
  return `database ${name} and role ${user}`
}
