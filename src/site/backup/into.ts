import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Database, Talk } from '../../kernel/ports/index.ts'
import { withSession } from '../../kernel/services/index.ts'
import type { RealPlace } from '../wire/index.ts'
import { differences, lookAt } from './look.ts'
import type { Opened } from './open.ts'
import { fitting, saidBy, type Tools } from './tools.ts'
import { serverVersion } from './with-tools.ts'

/** What a dump is put back with. */
export interface Into {
  readonly database: Database
  readonly place: RealPlace
  readonly tools: Tools
  readonly talk: Talk
  readonly say: (detail: string) => void
}

/**
 * Puts the dump of an archive into an empty database, as Infisical's role, which then owns all of it, and proves that every
 * table is there with its rows. All of it or nothing: it is one transaction.
 * @throws SealiftError BACKUP_FAILED, BACKUP_INVALID, DATABASE_*, CLUSTER_*
 */
export async function restoreInto(name: string, opened: Opened, into: Into): Promise<void> {
  const { database, place, tools, talk, say } = into
  const login = { ...place.login, database: name }
  const server = await serverVersion(database, login)
  const { version } = opened.about.database
  if (Number.parseInt(server, 10) < Number.parseInt(version, 10))
    throw new SealiftError(
      'BACKUP_FAILED',
      `the backup is of PostgreSQL ${printable(version, 40)}, and the server here is ${server}: an older one does not take it`,
      { hints: [`bring PostgreSQL ${Number.parseInt(version, 10)} or a newer one`] },
    )
  await fitting(tools, 'pg_restore', server)
  let sent = 0
  const input = async function* () {
    for await (const bytes of opened.dump()) {
      sent += bytes.length
      say(`${(sent / 1e6).toFixed(1)} MB of the dump`)
      yield bytes
    }
  }
  const words = ['--exit-on-error', '--single-transaction', '--no-owner', '--no-privileges', '--no-password']
  const target = `--dbname=${conninfo(name)}`
  const streams = { input: input(), signal: talk.signal }
  const ended = await tools.run('pg_restore', login, [...words, target], streams)
  if (ended.code !== 0)
    throw new SealiftError('BACKUP_FAILED', `pg_restore did not come to its end: ${saidBy(ended, login)}`, {
      hints: ['the database that Infisical uses was not touched'],
    })
  say('counting rows')
  const seen = await withSession(database, login, session =>
    lookAt({ session, database, login }, talk.signal),
  )
  const faults = differences(opened.about.database.rows, seen.rows)
  if (faults.length > 0)
    throw new SealiftError('BACKUP_FAILED', 'what came back is not what the backup says was there', {
      faults,
    })
}

/** libpq takes a name with `=` in it for a whole connection: https://www.postgresql.org/docs/current/libpq-connect.html */
const conninfo = (name: string) => `dbname='${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
