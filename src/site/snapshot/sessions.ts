import { count, printable, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { DatabaseSession, Watch } from '../../kernel/ports/index.ts'
import type { Maker } from './maker.ts'

/**
 * Who is connected to databases, but whoever asks and autovacuum's workers, which have no user and make room by themselves;
 * and transactions that were prepared there, which hold a database without anybody. Of others' sessions an ordinary role is
 * told no kind and no address.
 */
const connected = `
  SELECT pid, usename, coalesce(nullif(application_name, ''), nullif(backend_type, 'client backend'), '') AS program,
         coalesce(host(client_addr), 'a socket') AS client, datname,
         usename = $2 OR (usename = current_user AND application_name = 'sealift') AS own, NULL AS prepared
    FROM pg_stat_activity
   WHERE datname = ANY($1) AND pid <> pg_backend_pid() AND usename IS NOT NULL
   UNION ALL
  SELECT NULL, owner, '', '', database, false, gid FROM pg_prepared_xacts WHERE database = ANY($1)`

const interval = 200
/**
 * A connection that was closed a moment ago may be there for a second: behind a forwarded port its end is told late. And
 * what watches a server looks into every database for a moment.
 */
const patience = 10_000

/**
 * Does what needs nobody to be connected to databases, again where somebody comes between: sessions of Infisical's role, and
 * of Sealift itself, are ended; anybody else's are waited for, then named.
 * @throws SealiftError DATABASE_UNFIT with a fault for each of those
 */
export async function alone<T>(
  { session, own, clock }: Pick<Maker, 'session' | 'own' | 'clock'>,
  databases: readonly string[],
  { signal, say }: Watch,
  work: () => Promise<T>,
): Promise<T> {
  const end = clock.now() + patience
  for (;;) {
    signal.throwIfAborted()
    const found = await session.query(connected, [databases, own.user])
    for (const { pid, own } of found)
      if (own === true) await session.query('SELECT pg_terminate_backend($1)', [pid])
    if (found.length === 0) {
      try {
        return await work()
      } catch (error) {
        // SQLSTATE object_in_use.
        if (systemCode(error) !== '55006' || clock.now() >= end) throw error
      }
    } else if (clock.now() >= end) throw inUse(found)
    else say(`waiting until nobody is connected to ${databases.join(' or ')}`)
    await clock.sleep(interval, signal)
  }
}

/** Who is connected to databases now, but Infisical's role and Sealift, a sentence each. */
export async function othersIn(
  { session, own }: Pick<Maker, 'session' | 'own'>,
  databases: readonly string[],
): Promise<string[]> {
  const found = await session.query(connected, [databases, own.user])
  return found.filter(({ own }) => own !== true).map(who)
}

/** Drops a database, whoever is connected to it. @throws SealiftError DATABASE_UNFIT with a fault for each who may not be ended */
export async function drop({ session, own }: Pick<Maker, 'session' | 'own'>, name: string): Promise<void> {
  const named = session.identifier(name)
  const [row] = await session.query('SELECT datistemplate AS template FROM pg_database WHERE datname = $1', [
    name,
  ])
  if (row === undefined) return
  // PostgreSQL drops no template, and a copy of one is one.
  if (row['template'] === true) await session.query(`ALTER DATABASE ${named} IS_TEMPLATE false`)
  try {
    await session.query(`DROP DATABASE IF EXISTS ${named} WITH (FORCE)`)
  } catch (error) {
    const left = await session.query(connected, [[name], own.user])
    throw left.length === 0 ? error : inUse(left, error)
  }
}

/**
 * Ends copies that a killed run has left at work: PostgreSQL goes on with a statement whose client is gone, and nobody sees
 * the database that it makes until it is through. `name` is that database's.
 */
export async function untilNoCopy(
  { session, clock }: Pick<Maker, 'session' | 'clock'>,
  name: string,
  { signal }: Pick<Watch, 'signal'>,
): Promise<void> {
  const end = clock.now() + patience
  while (await endCopy(session, name)) {
    if (clock.now() >= end) return
    await clock.sleep(interval, signal)
  }
}

async function endCopy(session: DatabaseSession, name: string): Promise<boolean> {
  const found = await session.query(
    `SELECT pid AS copier, pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND state = 'active' AND starts_with(query, $1)`,
    [`CREATE DATABASE ${session.identifier(name)} `],
  )
  return found.length > 0
}

function inUse(found: readonly Record<string, unknown>[], cause?: unknown): SealiftError {
  const prepared = found.filter(({ prepared }) => prepared !== null).length
  const sessions = found.length - prepared
  const whose = [
    ...(sessions > 0 ? [`${count(sessions, 'session')} of others`] : []),
    ...(prepared > 0 ? [count(prepared, 'prepared transaction')] : []),
  ]
  return new SealiftError(
    'DATABASE_UNFIT',
    `Infisical’s database is in use by ${whose.join(' and ')}: PostgreSQL copies, renames and drops none that is`,
    {
      faults: found.map(who),
      hints: [
        ...(sessions > 0
          ? [
              'end them: who they are is said above; monitoring and dumps can wait for the end of the change window',
            ]
          : []),
        ...(prepared > 0
          ? [
              "connect to that database and end what was prepared: ROLLBACK PREPARED 'NAME', or COMMIT PREPARED",
            ]
          : []),
      ],
      ...(cause === undefined ? {} : { cause }),
    },
  )
}

function who({ pid, usename, program, client, datname, prepared }: Record<string, unknown>): string {
  if (prepared !== null)
    return printable(`transaction ${prepared}, prepared by ${usename} in ${datname} and not ended`)
  const named = program === '' ? 'a program without a name' : program
  return printable(`${named}, as ${usename} from ${client}, in ${datname} (process ${pid})`)
}
