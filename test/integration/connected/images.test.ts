import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { esoImage } from '../../support/connected/eso.ts'
import { infisicalImage } from '../../support/connected/infisical-image.ts'
import { postgresImage } from '../../support/connected/postgres-image.ts'
import { redisImage } from '../../support/connected/redis-image.ts'
import { type RunningImage, runImage } from '../../support/connected/run-image.ts'
import { freePort } from '../../support/free-port.ts'

/** Tries until it works, and shows what the program wrote when it never does. */
async function eventually<T>(running: RunningImage, attempt: () => Promise<T>): Promise<T> {
  try {
    return await vi.waitFor(attempt, { timeout: 30_000, interval: 200 })
  } catch (error) {
    throw new Error(`${error}\n${running.output()}`)
  }
}

test('the PostgreSQL image makes its database and serves it in UTF-8, to those who know the password', async () => {
  const [port, password] = [await freePort(), randomBytes(12).toString('hex')]
  const running = await runImage(await postgresImage(), {
    args: ['-c', 'listen_addresses=127.0.0.1', '-c', `port=${port}`],
    env: { POSTGRES_PASSWORD: password },
    volume: '/var/lib/postgresql/data',
  })
  onTestFinished(() => running.stop())
  const connect = async (secret: string) => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: secret })
    await client.connect()
    return client
  }
  const client = await eventually(running, () => connect(password))
  onTestFinished(() => client.end())
  const { rows } = await client.query('select current_setting($1) as encoding, version()', [
    'server_encoding',
  ])
  expect(rows[0]).toMatchObject({ encoding: 'UTF8', version: expect.stringMatching(/^PostgreSQL 15\./) })
  await client.query('create role probe login')
  await client.query('create database probe owner probe template template0 encoding utf8')
  await client.query('create extension pgcrypto')
  await client.query('create extension "uuid-ossp"')
  await expect(connect('wrong')).rejects.toThrow(/password authentication failed/)
  expect(running.output()).not.toContain(password)
})

test('the Redis image wants its password, evicts nothing and runs scripts', async () => {
  const [port, password] = [await freePort(), randomBytes(12).toString('hex')]
  const running = await runImage(await redisImage(), {
    args: ['--bind', '127.0.0.1'],
    env: { REDIS_PASSWORD: password, PORT: String(port) },
  })
  onTestFinished(() => running.stop())
  const redis = new Redis({ port, password, lazyConnect: true, retryStrategy: null })
  redis.on('error', () => {})
  onTestFinished(() => redis.disconnect())
  await eventually(running, () => redis.connect())
  expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
  expect(await redis.eval("return redis.call('get', ARGV[1])", 0, 'probe')).toBeNull()
  expect(await redis.info('server')).toMatch(/redis_version:7\./)
  const stranger = new Redis({ port, lazyConnect: true, retryStrategy: null })
  stranger.on('error', () => {})
  onTestFinished(() => stranger.disconnect())
  await expect(stranger.ping()).rejects.toThrow(/NOAUTH/)
  expect(running.output()).not.toContain(password)
})

test("ESO's image starts the real operator", async () => {
  const running = await runImage(await esoImage(), { args: ['--help'] })
  onTestFinished(() => running.stop())
  await eventually(running, async () => expect(running.output()).toMatch(/--enable-cluster-store-reconciler/))
})

test("the stand-in's image starts its server, which says which setting it lacks", async () => {
  const running = await runImage(await infisicalImage())
  onTestFinished(() => running.stop())
  await eventually(running, async () => expect(running.output()).toContain('ENCRYPTION_KEY'))
})
