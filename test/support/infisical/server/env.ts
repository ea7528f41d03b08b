import type { Issue } from './errors.ts'

/** What the server is told by its environment; the `standIn` part exists only in the stand-in. */
export interface Config {
  readonly encryptionKey: string
  readonly authSecret: string
  readonly databaseUri: string
  /** PEM of the database's CA, from base64 `DB_ROOT_CERT`. */
  readonly databaseCa?: string
  readonly redisUrl: string
  readonly siteUrl: string
  readonly host: string
  readonly port: number
  /** Ids of the organisations whose projects may share secrets. */
  readonly sharing: readonly string[]
  /** Whether it may be led to addresses of private networks, ALLOW_INTERNAL_IP_CONNECTIONS. */
  readonly allowInternal: boolean
  readonly standIn: {
    /** Whether it is the newer of its two releases, which has migrations that the other lacks: STAND_IN_NEWER. */
    readonly newer: boolean
    /** Seconds that the pending migrations take together. */
    readonly migrationSeconds: number
    /** Seconds to wait before anything else, as a slow start. */
    readonly bootSeconds: number
    /** MiB of touched memory to hold. */
    readonly holdMib: number
    readonly redisConnections: number
    /** Addresses by name, for hosts that no name server knows: STAND_IN_HOSTS, `ghe.example=127.0.0.1 …`. */
    readonly hosts: Readonly<Record<string, string>>
    /** Whether the token that bootstrap gives is one that the server takes: it ends then. */
    readonly bootstrapTokenWorks: boolean
    /** Whether it says that its licence has an audit log and rotation. */
    readonly licence: boolean
  }
}

const url = (protocols: readonly string[]) => (value: string) =>
  URL.canParse(value) && protocols.includes(new URL(value).protocol)

/**
 * Reads the environment as Infisical does (values trimmed, empty = unset) and returns either the whole
 * configuration or every fault of it at once, in the shape of zod's issues.
 */
export function readEnvironment(env: NodeJS.ProcessEnv): Config | readonly Issue[] {
  const issues: Issue[] = []
  const optional = (name: string) => env[name]?.trim() || undefined

  const required = (name: string, valid: (value: string) => boolean, message: string) => {
    const value = optional(name)
    const type = { code: 'invalid_type', expected: 'string', received: 'undefined', path: [name] }
    if (value === undefined) issues.push({ ...type, message: 'Required' })
    else if (!valid(value)) issues.push({ code: 'custom', path: [name], message })
    return value ?? ''
  }
  const number = (name: string, preset: number) => {
    const value = Number(optional(name) ?? preset)
    const type = { code: 'invalid_type', expected: 'number', received: 'nan', path: [name] }
    if (!Number.isFinite(value) || value < 0)
      issues.push({ ...type, message: 'Expected number, received nan' })
    return value
  }

  const isKey = (value: string) => /^[0-9a-f]{32}$/i.test(value)
  const isSecret = (value: string) => /^[\w+/-]+=*$/.test(value) && Buffer.from(value, 'base64').length === 32
  const ca = optional('DB_ROOT_CERT')
  const config: Config = {
    encryptionKey: required('ENCRYPTION_KEY', isKey, 'Must be 16 bytes as 32 hexadecimal characters'),
    authSecret: required('AUTH_SECRET', isSecret, 'Must be 32 bytes in base64'),
    databaseUri: required(
      'DB_CONNECTION_URI',
      url(['postgres:', 'postgresql:']),
      'Invalid database connection URI',
    ),
    ...(ca ? { databaseCa: Buffer.from(ca, 'base64').toString() } : {}),
    redisUrl: required('REDIS_URL', url(['redis:', 'rediss:']), 'Invalid Redis URL'),
    siteUrl: required('SITE_URL', url(['http:', 'https:']), 'Invalid url').replace(/\/+$/, ''),
    host: optional('HOST') ?? '0.0.0.0',
    port: number('PORT', 8080),
    sharing: (optional('CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST') ?? '').split(',').map(id => id.trim()),
    allowInternal: optional('ALLOW_INTERNAL_IP_CONNECTIONS') === 'true',
    standIn: {
      newer: number('STAND_IN_NEWER', 0) > 0,
      migrationSeconds: number('STAND_IN_MIGRATION_SECONDS', 0),
      bootSeconds: number('STAND_IN_BOOT_SECONDS', 0),
      holdMib: number('STAND_IN_HOLD_MIB', 0),
      redisConnections: number('STAND_IN_REDIS_CONNECTIONS', 40),
      hosts: Object.fromEntries(
        (optional('STAND_IN_HOSTS') ?? '').split(/\s+/).flatMap(entry => {
          const [host, address] = entry.split('=')
          return host && address ? [[host, address]] : []
        }),
      ),
      bootstrapTokenWorks: number('STAND_IN_BOOTSTRAP_TOKEN_WORKS', 0) > 0,
      licence: number('STAND_IN_LICENCE', 0) > 0,
    },
  }
  return issues.length > 0 ? issues : config
}
