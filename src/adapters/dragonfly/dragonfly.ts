import { checkServerIdentity } from 'node:tls'
import type { Redis, RedisOptions } from 'ioredis'
import { messageOf, printable, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { Cache, CacheLogin, CacheSession } from '../../kernel/ports/index.ts'

const timeout = 10_000

/** Redis-protocol sessions that connect once, never again by themselves; 10 s to connect and for a command. */
export function createDragonfly(): Cache {
  return { open }
}

async function open(login: CacheLogin): Promise<CacheSession> {
  // By its default alone: compiled into our files, a library in CommonJS has no other name.
  const {
    default: { Redis },
  } = await import('ioredis')
  const client = new Redis(options(login))
  let broken: unknown
  client.on('error', error => {
    broken ??= error
  })
  try {
    await client.connect()
    // A password that is missing or wrong shows only with the first command.
    await client.ping()
  } catch (error) {
    client.disconnect()
    // connect() only says that the connection closed; the listener has seen why.
    throw connectError(isAuth(error) ? error : (broken ?? error), login)
  }
  return { command: (...words) => command(client, words, login), close: () => close(client) }
}

function options(login: CacheLogin): Omit<RedisOptions, 'replyMapping'> {
  const { host, port, user, password, tls, ca } = login
  const name = login.serverName ?? host
  return {
    host,
    port,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(tls
      ? {
          tls: {
            ...(ca === undefined ? {} : { ca }),
            checkServerIdentity: (_host: string, certificate) => checkServerIdentity(name, certificate),
          },
        }
      : {}),
    // As BullMQ speaks it; RESP3 would begin with a HELLO.
    protocol: 2,
    lazyConnect: true,
    connectTimeout: timeout,
    commandTimeout: timeout,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // The ready check is an INFO of its own, and CLIENT SETINFO is not known everywhere.
    enableReadyCheck: false,
    disableClientInfo: true,
  }
}

async function command(client: Redis, words: readonly string[], login: CacheLogin): Promise<unknown> {
  const [name = '', ...rest] = words
  try {
    return await client.call(name, ...rest)
  } catch (error) {
    // Anything else is not the server's answer: the connection is gone, or nothing came in time.
    if (!(error instanceof Error) || error.name !== 'ReplyError') throw connectError(error, login)
    // ioredis hangs the command and its arguments on the error: those may be secret.
    throw new Error(messageOf(error))
  }
}

async function close(client: Redis): Promise<void> {
  await client.quit().catch(() => client.disconnect())
}

function isAuth(error: unknown): boolean {
  return /^(NOAUTH|WRONGPASS|NOPERM)\b|invalid password|AUTH .*without any password/i.test(messageOf(error))
}

function connectError(error: unknown, login: CacheLogin): SealiftError {
  // A forwarded port says nothing to anybody.
  const where = login.serverName ?? `${login.host}:${login.port}`
  const password = login.password?.reveal() || '\0'
  const said = printable(messageOf(error).replaceAll(password, '[secret]') || (systemCode(error) ?? 'closed'))
  // The cause is left out: ioredis hangs the AUTH command's arguments on its errors.
  if (isAuth(error))
    return new SealiftError('CACHE_DENIED', `Dragonfly at ${where} refused the login: ${said}`, {
      hints: ['Check the Secret that the site file names under dragonfly.password.'],
    })
  return new SealiftError('CACHE_UNREACHABLE', `cannot reach Dragonfly at ${where}: ${said}`, {
    hints: ['Check dragonfly.host, dragonfly.port and dragonfly.tls, and that the server is running.'],
  })
}
