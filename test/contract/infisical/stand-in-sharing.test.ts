/**
 * Replays the recorded conversation about secrets that one project shares with another, and compares everything that is
 * contract. It was held with a server that had heard the one about teams before, and was started again with the
 * organisation's id in its environment.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKeys, type StandIn, startStandIn } from '../../support/infisical/process.ts'
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from '../../support/services.ts'
import { stepsOf } from './recording.ts'
import { type Replay, replaying, withoutLength } from './replay.ts'
import { teamsHooks } from './teams-bodies.ts'

let postgres: PostgresServer
let redis: RedisServer
let server: StandIn
let replay: Replay

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const environment = {
    ...newKeys(),
    ...{ REDIS_URL: redis.url(), SITE_URL: 'http://SITE_URL', STAND_IN_REDIS_CONNECTIONS: '40' },
    DB_CONNECTION_URI: await postgres.createDatabase('infisical'),
  }
  const start = async (more: Readonly<Record<string, string>> = {}) => {
    server = await startStandIn({ ...environment, ...more })
    await server.ready()
  }
  await start()
  const teams = teamsHooks()
  const asIdentity = /^(identity:|ADR key|view root list|read after)/
  replay = replaying(() => server.url, {
    body: teams.body,
    bearer: (step, tokens) => (asIdentity.test(step.name) ? tokens.identity : teams.bearer(step, tokens)),
  })
  for (const step of stepsOf('2026-07-teams')) await replay.run(step)
  const claims = JSON.parse(Buffer.from(replay.tokens.user.split('.')[1] ?? '', 'base64url').toString())
  expect(claims.organizationId).toMatch(/^[0-9a-f-]{36}$/)
  await server.stop()
  await start({ CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST: claims.organizationId })
}, 120_000)

afterAll(async () => {
  await server.stop()
  await Promise.all([redis.stop(), postgres.stop()])
})

test.each(stepsOf('2026-07-cross-project').map((step, i) => [`${i + 1} ${step.name}`, step] as const))(
  '%s',
  async (_, step) => {
    if (step.name in withoutLength) console.info(`${step.name}: ${withoutLength[step.name]}`)
    await replay.run(step)
  },
)
