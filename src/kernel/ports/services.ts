import type { Secret } from './secret.ts'

/** Where a PostgreSQL or Redis-protocol server is, as this process reaches it. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** How to open a PostgreSQL session. */
export interface DatabaseLogin extends Endpoint {
  readonly user: string
  readonly password: Secret
  readonly database: string
  /** `disable`, `require` (encrypt only) or `verify-full` (by `ca`, PEM, or the CAs that Node knows, and `serverName`). */
  readonly tls: 'disable' | 'require' | 'verify-full'
  readonly ca?: string
  /** The server's own name, for TLS and for messages, when the connection runs through a forwarded port. */
  readonly serverName?: string
  /** Whether nothing is set for the session: a pooler would hand it on to the next who gets its connection. */
  readonly bare?: boolean
  /**
   * Whether names without a schema are PostgreSQL's own alone. Else whoever may make functions in that database has them
   * called by whoever logs in: https://wiki.postgresql.org/wiki/A_Guide_to_CVE-2018-1058
   */
  readonly catalogOnly?: boolean
}

/** One PostgreSQL session. */
export interface DatabaseSession {
  /**
   * Rows of one statement with `$1` parameters. @throws Error with PostgreSQL's `code` and message; SealiftError
   * DATABASE_UNREACHABLE when the connection is gone
   */
  query(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** A name quoted as an SQL identifier, and a text as an SQL literal, for statements that take no parameters. */
  identifier(name: string): string
  literal(text: string): string
  close(): Promise<void>
}

/** PostgreSQL. */
export interface Database {
  /** @throws SealiftError DATABASE_DENIED (password, rights), DATABASE_UNREACHABLE */
  open(login: DatabaseLogin): Promise<DatabaseSession>
}

/** How to open a Redis-protocol session (Dragonfly). */
export interface CacheLogin extends Endpoint {
  readonly password?: Secret
  readonly user?: string
  readonly tls: boolean
  readonly ca?: string
  /** Name the certificate must have, and that messages use, when the connection runs through a forwarded port. */
  readonly serverName?: string
}

/** One Redis-protocol session; no retries, no reconnects. */
export interface CacheSession {
  /** One command's answer. @throws Error with the server's own text; SealiftError CACHE_UNREACHABLE when there is none */
  command(...words: readonly string[]): Promise<unknown>
  close(): Promise<void>
}

/** Dragonfly, or anything that speaks its protocol. */
export interface Cache {
  /** Connects and logs in. @throws SealiftError CACHE_DENIED, CACHE_UNREACHABLE */
  open(login: CacheLogin): Promise<CacheSession>
}
