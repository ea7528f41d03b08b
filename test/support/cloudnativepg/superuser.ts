import pg from 'pg'
import type { PostgresServer } from '../services.ts'

/** A role as the operator is told of it. */
export interface ToldRole {
  readonly name: string
  readonly password: string | undefined
  readonly createdb: boolean
  readonly comment: string
}

/** A database as the operator is told of it. */
export interface ToldDatabase {
  readonly name: string
  readonly owner: string
  readonly encoding?: string
  readonly template?: string
}

/** What the operator does in PostgreSQL, as its superuser. Rejects with PostgreSQL's own words. */
export interface Superuser {
  /** Makes a role, or takes up one that is there and sets all of it. */
  role(told: ToldRole): Promise<void>
  dropRole(name: string): Promise<void>
  /** Makes a database, or takes up one that is there and gives it its owner. */
  database(told: ToldDatabase): Promise<void>
  dropDatabase(name: string): Promise<void>
}

/** The superuser of a real server. */
export function superuserOf(server: PostgresServer): Superuser {
  const run = async (...statements: readonly string[]) => {
    const client = new pg.Client({ connectionString: server.uri() })
    await client.connect()
    try {
      let rows: unknown[] = []
      for (const statement of statements) rows = (await client.query(statement)).rows
      return rows
    } finally {
      await client.end()
    }
  }
  const [name, text] = [pg.escapeIdentifier, pg.escapeLiteral]
  return {
    async role(told) {
      const there = await run(`SELECT 1 FROM pg_roles WHERE rolname = ${text(told.name)}`)
      const password = told.password === undefined ? '' : ` PASSWORD ${text(told.password)}`
      const options = `LOGIN ${told.createdb ? 'CREATEDB' : 'NOCREATEDB'} NOSUPERUSER NOCREATEROLE${password}`
      await run(
        `${there.length > 0 ? 'ALTER' : 'CREATE'} ROLE ${name(told.name)} ${options}`,
        `COMMENT ON ROLE ${name(told.name)} IS ${text(told.comment)}`,
      )
    },
    async dropRole(role) {
      await run(`DROP ROLE IF EXISTS ${name(role)}`)
    },
    async database({ name: database, owner, encoding, template }) {
      const there = await run(`SELECT 1 FROM pg_database WHERE datname = ${text(database)}`)
      const more = `${encoding ? ` ENCODING ${text(encoding)}` : ''}${template ? ` TEMPLATE ${name(template)}` : ''}`
      await run(
        there.length > 0
          ? `ALTER DATABASE ${name(database)} OWNER TO ${name(owner)}`
          : `CREATE DATABASE ${name(database)} OWNER ${name(owner)}${more}`,
      )
    },
    async dropDatabase(database) {
      await run(`DROP DATABASE IF EXISTS ${name(database)}`)
    },
  }
}
