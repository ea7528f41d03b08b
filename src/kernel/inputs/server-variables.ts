/**
 * Variables of Infisical's server that verbs for teams set, by what a tenancy file asks for, and nobody else: see
 * https://infisical.com/docs/self-hosting/configuration/envars.
 */
export const askedVariables = [
  'ALLOW_INTERNAL_IP_CONNECTIONS',
  'CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST',
] as const
/** Name of one of them. */
export type AskedVariable = (typeof askedVariables)[number]

const keys = 'sealift keys makes, escrows and restores them'
const byChart = "the chart does, whose Service leads to the server's port"

/** What Sealift gives Infisical's pod itself, and the field of site.yaml that decides on it, in words. */
const own: readonly (readonly [string, string])[] = [
  ['ENCRYPTION_KEY', keys],
  ['AUTH_SECRET', keys],
  ['DB_CONNECTION_URI', 'database sets it'],
  ['DB_ROOT_CERT', 'database.ca sets it'],
  ['REDIS_URL', 'dragonfly sets it'],
  ['SITE_URL', 'url sets it'],
  ['TELEMETRY_ENABLED', 'it is always false'],
  ['ANNOUNCEMENTS_ENABLED', 'it is always false'],
  ['NODE_OPTIONS', 'memory sets it'],
  ['MALLOC_ARENA_MAX', 'memory.saving sets it'],
  ['MALLOC_TRIM_THRESHOLD_', 'memory.saving sets it'],
  ['UV_THREADPOOL_SIZE', 'memory.saving sets it'],
]

/** Names of all that Sealift has in the pod's environment, at times, beside what is asked of it. */
export const ownVariables: ReadonlySet<string> = new Set(own.map(([name]) => name))

const numbered = (before: string, names: readonly string[], by: string) =>
  names.map(name => [`${before}${name}`, `${by} says that`] as const)

/** Who sets a variable that site.yaml cannot: others that would do the same in another way undo what was checked. */
export const setElsewhere: ReadonlyMap<string, string> = new Map([
  ...own,
  ...askedVariables.map(name => [name, 'tenancy.yaml does, by what its stores and identities need'] as const),
  ['ROOT_ENCRYPTION_KEY', keys],
  ...numbered('DB_', ['HOST', 'PORT', 'USER', 'PASSWORD', 'NAME'], 'database'),
  ...numbered('REDIS_SENTINEL_', ['HOSTS', 'MASTER_NAME', 'USERNAME', 'PASSWORD', 'ENABLE_TLS'], 'dragonfly'),
  ...numbered('REDIS_', ['CLUSTER_HOSTS', 'CLUSTER_ENABLE_TLS'], 'dragonfly'),
  ['HOST', byChart],
  ['PORT', byChart],
])
