import { isIP } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { checkServerIdentity } from 'node:tls'
import type { Client, ClientConfig } from 'pg'
import type { Database, DatabaseLogin, DatabaseSession } from '../../kernel/ports/index.ts'
import { connectError } from './errors.ts'

const connectTimeout = 10_000
const statementTimeout = 30_000
// Milliseconds in which Terminate is on its way.
const leaving = 100

// With these PostgreSQL ends a connection; what is no answer of its own is a connection that broke.
const goodbye = /^(57P0\d|08...)$/

/** PostgreSQL sessions over the network: 10 s to connect, 30 s for a statement. */
export function createPostgres(): Database {
  return { open }
}

async function open(login: DatabaseLogin): Promise<DatabaseSession> {
  const { default: pg } = await import('pg')
  const client: Client = new pg.Client(config(login))
  // A session that breaks later shows at the next query; without a listener it would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    // Not as a start-up parameter: poolers such as PgBouncer refuse those they do not know.
    // A pooler itself lets clients in; only a statement shows that its server does, too.
    await client.query(login.bare ? 'SELECT 1' : `SET statement_timeout = ${statementTimeout}`)
    if (login.catalogOnly) await client.query('SET search_path = pg_catalog')
  } catch (error) {
    await leave(client)
    throw connectError(error, login)
  }
  return {
    async query(sql, parameters = []) {
      try {
        return (await client.query<Record<string, unknown>>(sql, [...parameters])).rows
      } catch (error) {
        throw error instanceof pg.DatabaseError && !goodbye.test(error.code ?? '')
          ? error
          : connectError(error, login)
      }
    },
    identifier: name => pg.escapeIdentifier(name),
    literal: text => pg.escapeLiteral(text),
    close: () => leave(client),
  }
}

/**
 * Ends a connection. Terminate has no answer (PostgreSQL's "Message Flow", Termination), and behind a port-forward the
 * server's end of the connection is told a second late, so nobody waits for that.
 */
async function leave(client: Client): Promise<void> {
  await Promise.race([client.end(), wait(leaving)])
  client.connection.stream.destroy()
}

function config(login: DatabaseLogin): ClientConfig {
  const { host, port, user, database, password, tls, ca, bare } = login
  const name = login.serverName ?? host
  // The connection may run through a forwarded port: the name that is asked for and checked is the server's own.
  const servername = isIP(name) === 0 ? { servername: name } : {}
  return {
    host,
    port,
    user,
    database,
    password: password.reveal(),
    application_name: 'sealift',
    connectionTimeoutMillis: connectTimeout,
    ...(bare ? { query_timeout: statementTimeout } : {}),
    ssl:
      tls === 'disable'
        ? false
        : tls === 'require'
          ? { rejectUnauthorized: false, ...servername }
          : {
              rejectUnauthorized: true,
              ...servername,
              ...(ca === undefined ? {} : { ca }),
              checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
            },
  }
}
