import { count, messageOf, printable, SealiftError } from '../../../kernel/errors/index.ts'
import type { CacheSession } from '../../../kernel/ports/index.ts'
import type { FlagPlace } from './flag-place.ts'

/** What a Redis-protocol server is like. */
export interface CacheFacts {
  readonly server: 'dragonfly' | 'redis'
  readonly version: string
  readonly policy: string | undefined
  /** Connections that may still be opened; `undefined` when the server does not say. */
  readonly freeConnections: number | undefined
  /** Keys in the database of the given number. */
  readonly keys: number
}

/** What to ask of the server. */
export interface CacheNeeds {
  /** The database number for Infisical. */
  readonly database: number
  readonly connections: number
  /** On a first install: the database must hold nothing, for Infisical's keys have no prefix. */
  readonly empty?: boolean
  /** Where a flag of Dragonfly is to be set. */
  readonly flagPlace?: FlagPlace
}

// Measured: an idle pod holds about 45.
const perPod = 45

/** Connections that an installation may open: pods, times two while a rollout runs both. */
export function cacheConnections(replicas: number): number {
  return replicas * perPod * 2
}

/**
 * Checks all that BullMQ and Infisical need; nothing is written.
 * @throws SealiftError CACHE_UNFIT with every fault, and the setting that mends it
 */
export async function checkCache(session: CacheSession, needs: CacheNeeds): Promise<CacheFacts> {
  const info = parseInfo(String(await allowed(session, 'INFO')))
  const dragonfly = info.get('dragonfly_version')
  const server = dragonfly === undefined ? 'redis' : 'dragonfly'
  const policy = info.get('maxmemory_policy') ?? (await setting(session, 'maxmemory-policy'))
  const limit = info.get('maxclients') ?? info.get('max_clients') ?? (await setting(session, 'maxclients'))
  const freeConnections =
    limit === undefined ? undefined : Number(limit) - Number(info.get('connected_clients') ?? 0)
  const problems = [
    policyProblem(server, policy),
    connectionProblem(server, freeConnections, needs.connections),
    await scriptProblem(server, session),
  ]
  const selected = await selectProblem(server, session, needs.database)
  const keys = selected === undefined ? Number(await allowed(session, 'DBSIZE')) : 0
  if (needs.empty === true && keys > 0)
    problems.push({
      fault: `database ${needs.database} already holds ${count(keys, 'key')} of somebody else`,
      hint: 'Set dragonfly.database to a number that nobody uses.',
    })
  const found = [selected, ...problems].filter(problem => problem !== undefined)
  if (found.length > 0) {
    const faults = found.map(({ fault }) => fault)
    const name = server === 'dragonfly' ? 'Dragonfly' : 'Redis'
    throw new SealiftError('CACHE_UNFIT', `${name} does not fit: ${faults.join('; ')}`, {
      faults,
      hints: await Promise.all(found.map(problem => placed(problem, needs.flagPlace))),
    })
  }
  const version = dragonfly ?? info.get('redis_version') ?? 'unknown'
  return { server, version: printable(version), policy, freeConnections, keys }
}

interface Problem {
  readonly fault: string
  readonly hint: string
  /** The flag of Dragonfly that the hint is about. */
  readonly flag?: string
}
type Server = CacheFacts['server']

async function placed({ hint, flag }: Problem, flagPlace?: FlagPlace): Promise<string> {
  const place = flag === undefined ? undefined : await flagPlace?.(flag)
  return place === undefined ? hint : `${hint} ${place}`
}

/** Nothing for Redis, which has no flags of Dragonfly's. */
const flagOf = (server: Server, flag: string) => (server === 'dragonfly' ? { flag } : {})

function policyProblem(server: Server, policy: string | undefined): Problem | undefined {
  if (policy === undefined || policy === 'noeviction') return undefined
  return {
    fault: `it throws keys away when memory is short (maxmemory_policy ${printable(policy)}): jobs would be lost`,
    hint:
      server === 'dragonfly'
        ? 'Start Dragonfly with --cache_mode=false. It then refuses writes when memory is full.'
        : 'Set maxmemory-policy noeviction. Redis then refuses writes when memory is full.',
    ...flagOf(server, '--cache_mode'),
  }
}

function connectionProblem(server: Server, free: number | undefined, needed: number): Problem | undefined {
  if (free === undefined || free >= needed) return undefined
  return {
    fault: `${count(free, 'connection is', 'connections are')} free; Infisical may open ${needed}`,
    hint:
      server === 'dragonfly'
        ? 'Start Dragonfly with a larger --maxclients. Each connection costs some memory.'
        : 'Raise maxclients. Each connection costs some memory.',
    ...flagOf(server, '--maxclients'),
  }
}

/** BullMQ's scripts build key names from arguments; Dragonfly refuses that unless told otherwise. */
async function scriptProblem(server: Server, session: CacheSession): Promise<Problem | undefined> {
  try {
    await session.command('EVAL', "return redis.call('get', ARGV[1])", '0', 'probe')
    return undefined
  } catch (error) {
    const said = refusal(error)
    if (server === 'dragonfly' || said.includes('undeclared'))
      return {
        fault: `it refuses Lua scripts that use undeclared keys, and Infisical's job queues need them: ${said}`,
        hint:
          'Start Dragonfly with --default_lua_flags=allow-undeclared-keys. ' +
          'The cost: each such script stops the whole instance while it runs, for every tenant of it; ' +
          'where that matters, give Infisical an instance of its own.',
        ...flagOf('dragonfly', '--default_lua_flags'),
      }
    return {
      fault: `it refuses Lua scripts, and Infisical's job queues need them: ${said}`,
      hint: 'Allow this user EVAL and EVALSHA.',
    }
  }
}

async function selectProblem(
  server: Server,
  session: CacheSession,
  database: number,
): Promise<Problem | undefined> {
  try {
    await session.command('SELECT', String(database))
    return undefined
  } catch (error) {
    const said = refusal(error)
    const more = server === 'dragonfly' ? `--dbnum=${database + 1}` : `databases ${database + 1}`
    return {
      fault: `database ${database} cannot be selected: ${said}`,
      hint: /cluster/i.test(said)
        ? 'It runs in cluster mode, which has only database 0: use an instance with --cluster_mode= (empty).'
        : `Set dragonfly.database to a smaller number, or start the server with ${more}.`,
      ...flagOf(server, /cluster/i.test(said) ? '--cluster_mode' : '--dbnum'),
    }
  }
}

/** A setting where the server lets one read it; managed ones often forbid CONFIG. */
async function setting(session: CacheSession, name: string): Promise<string | undefined> {
  try {
    const answer = await session.command('CONFIG', 'GET', name)
    return Array.isArray(answer) && answer.length > 1 ? String(answer[1]) : undefined
  } catch (error) {
    refusal(error)
    return undefined
  }
}

/** The answer to a command that every user should be allowed. @throws SealiftError CACHE_UNFIT when it is refused */
async function allowed(session: CacheSession, word: string): Promise<unknown> {
  try {
    return await session.command(word)
  } catch (error) {
    throw new SealiftError('CACHE_UNFIT', `Dragonfly refuses ${word}: ${refusal(error)}`, {
      cause: error,
      hints: [`Allow this user ${word}.`],
    })
  }
}

/** What a server says of a command that it refuses. @throws SealiftError for one that has not answered */
function refusal(error: unknown): string {
  if (error instanceof SealiftError) throw error
  return printable(messageOf(error))
}

function parseInfo(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/).filter(line => line.includes(':') && !line.startsWith('#'))
  return new Map(lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}
