import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDragonfly } from '../../../src/adapters/dragonfly/index.ts'
import { type CacheLogin, Secret } from '../../../src/kernel/ports/index.ts'
import { checkCache } from '../../../src/site/wire/index.ts'
import { freePort } from '../../support/free-port.ts'
import { type RedisServer, type StrictRedis, startRedis, startStrictRedis } from '../../support/services.ts'
import { rejection } from '../../unit/site/wire/memory.ts'

const dragonfly = createDragonfly()
let redis: RedisServer
let strict: StrictRedis

beforeAll(async () => {
  ;[redis, strict] = await Promise.all([startRedis(), startStrictRedis()])
})
afterAll(async () => {
  await Promise.all([redis.stop(), strict.stop()])
})

function login({ host, port, password }: RedisServer | StrictRedis): CacheLogin {
  return { host, port, password: new Secret(password), tls: false }
}

describe('a Redis-protocol session', () => {
  it('runs commands', async () => {
    const session = await dragonfly.open(login(redis))
    expect(await session.command('SET', 'a', '1')).toBe('OK')
    expect(await session.command('GET', 'a')).toBe('1')
    expect(await session.command('DEL', 'a')).toBe(1)
    await session.close()
  })

  it("throws the server's own text, without the command's arguments", async () => {
    const session = await dragonfly.open(login(redis))
    const error = await session.command('SELECT', 'secret-argument').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ message: 'ERR value is not an integer or out of range' })
    expect(inspect(error, { depth: 9 })).not.toContain('secret-argument')
    await session.close()
  })

  it('says that the server has ended the connection, and not that it refuses a command', async () => {
    const session = await dragonfly.open({ ...login(redis), serverName: 'dragonfly.databases.svc' })
    await session.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no').catch(() => {})
    const error = await rejection(checkCache(session, { database: 3, connections: 0 }))
    expect(error.code).toBe('CACHE_UNREACHABLE')
    expect(error.message).toMatch(/^cannot reach Dragonfly at dragonfly\.databases\.svc: /)
    await session.close()
  })

  it.each([
    ['redis', () => redis],
    ['strict', () => strict],
  ])('refuses a wrong or a missing password of %s without showing it', async (_, server) => {
    const wrong = await rejection(dragonfly.open({ ...login(server()), password: new Secret('wrong-horse') }))
    expect(wrong.code).toBe('CACHE_DENIED')
    expect(wrong.message).toContain('WRONGPASS')
    expect(inspect(wrong, { depth: 9 })).not.toContain('wrong-horse')
    const { host, port } = server()
    const missing = await rejection(
      dragonfly.open({ host, port, tls: false, serverName: 'dragonfly.databases.svc' }),
    )
    expect(missing.code).toBe('CACHE_DENIED')
    expect(missing.message).toMatch(/^Dragonfly at dragonfly\.databases\.svc refused the login: NOAUTH/)
  })

  it('says that nothing listens, at once', async () => {
    const error = await rejection(dragonfly.open({ host: '127.0.0.1', port: await freePort(), tls: false }))
    expect(error.code).toBe('CACHE_UNREACHABLE')
    expect(error.message).toContain('ECONNREFUSED')
  })

  it('gives up on a server that hangs up', async () => {
    const hanging = createServer(socket => socket.destroy())
    const port = await freePort()
    await new Promise<void>(resolve => hanging.listen(port, '127.0.0.1', resolve))
    expect((await rejection(dragonfly.open({ host: '127.0.0.1', port, tls: false }))).code).toBe(
      'CACHE_UNREACHABLE',
    )
    hanging.close()
  })
})

describe('checkCache', () => {
  it('accepts a Redis that fits, and writes nothing', async () => {
    const session = await dragonfly.open(login(redis))
    const facts = await checkCache(session, { database: 3, connections: 90, empty: true })
    expect(facts).toMatchObject({ server: 'redis', policy: 'noeviction', keys: 0 })
    await session.close()
  })

  it('refuses an instance that refuses undeclared keys, with the flag and what it costs', async () => {
    const session = await dragonfly.open(login(strict))
    const error = await rejection(checkCache(session, { database: 0, connections: 90 }))
    expect(error.code).toBe('CACHE_UNFIT')
    expect(error.faults).toEqual([expect.stringContaining('undeclared key')])
    expect(error.hints).toEqual([expect.stringContaining('--default_lua_flags=allow-undeclared-keys')])
    expect(error.hints[0]).toContain('stops the whole instance')
    await session.close()
  })

  it('lists all that a real server lacks', async () => {
    const poor = await startRedis({ args: ['maxmemory-policy allkeys-lru', 'maxclients 40', 'databases 4'] })
    const session = await dragonfly.open(login(poor))
    await session.command('SET', 'theirs', '1')
    const error = await rejection(checkCache(session, { database: 4, connections: 90 }))
    expect(error.faults).toEqual([
      expect.stringContaining('database 4 cannot be selected: ERR DB index is out of range'),
      expect.stringContaining('maxmemory_policy allkeys-lru'),
      expect.stringMatching(/^\d+ connections are free; Infisical may open 90$/),
    ])
    const used = await rejection(checkCache(session, { database: 0, connections: 1, empty: true }))
    expect(used.faults).toContain('database 0 already holds 1 key of somebody else')
    await session.close()
    await poor.stop()
  })
})
