import { count, printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Clock, DatabaseSession } from '../../kernel/ports/index.ts'

/**
 * Who is connected to databases, but background workers, which make room by themselves, and whoever asks. Of others'
 * sessions an ordinary role is told no kind and no address.
 */
const connected = `
  SELECT pid, usename, coalesce(application_name, '') AS program, coalesce(host(client_addr), 'a socket') AS client, datname,
         usename = $2 OR (usename = current_user AND application_name = 'sealift') AS own
    FROM pg_stat_activity
   WHERE datname = ANY($1) AND pid <> pg_backend_pid() AND usename IS NOT NULL
     AND coalesce(backend_type, 'client backend') = 'client backend'`

const interval = 200
/** A connection that was closed a moment ago may be there for a second: behind a forwarded port its end is told late. */
const patience = 10_000

/**
 * Waits until nobody is connected to databases: sessions of Infisical's role, and of Sealift itself, are ended; anybody
 * else's are waited for, then named. @throws SealiftError DATABASE_UNFIT with each of those
 */
export async function untilNobody(
  session: DatabaseSession,
  databases: readonly string[],
  role: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const end = clock.now() + patience
  for (;;) {
    const found = await session.query(connected, [databases, role])
    if (found.length === 0) return
    for (const { pid, own } of found)
      if (own === true) await session.query('SELECT pg_terminate_backend($1)', [pid])
    if (clock.now() >= end) throw inUse(found)
    await clock.sleep(interval, signal)
  }
}

/**
 * Ends copies that a killed run has left at work: PostgreSQL goes on with a statement whose client is gone, and nobody sees
 * the database that it makes until it is through. `name` is that database's.
 */
export async function untilNoCopy(
  session: DatabaseSession,
  name: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const end = clock.now() + patience
  const making = `CREATE DATABASE ${session.identifier(name)} `
  for (;;) {
    const found = await session.query(
      `SELECT pid AS copier, pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND state = 'active' AND starts_with(query, $1)`,
      [making],
    )
    if (found.length === 0 || clock.now() >= end) return
    await clock.sleep(interval, signal)
  }
}

function inUse(found: readonly Record<string, unknown>[]): SealiftError {
  return new SealiftError(
    'DATABASE_UNFIT',
    `Infisical’s database is in use by ${count(found.length, 'session')} of others: PostgreSQL copies and renames none that is`,
    {
      faults: found.map(({ pid, usename, program, client, datname }) =>
        printable(
          `${program === '' ? 'a program without a name' : program}, as ${usename} from ${client}, in ${datname} (process ${pid})`,
        ),
      ),
      hints: [
        'end them: who they are is said above; monitoring and dumps can wait for the end of the change window',
      ],
    },
  )
}
