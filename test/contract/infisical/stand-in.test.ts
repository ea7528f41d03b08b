/**
 * Replays the recorded conversations with a real server and compares everything that is contract. It runs against
 * the stand-in; with INFISICAL_URL the first one runs against that (fresh) server instead.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serverMemory } from '../../../src/site/wire/index.ts'
import { newKeys, type StandIn, startStandIn } from '../../support/infisical/process.ts'
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from '../../support/services.ts'
import { essence, type Step, stepsOf } from './recording.ts'
import { ciPublicKey, ciToken, type Hooks, type Replay, replaying, withoutLength } from './replay.ts'
import { teamsHooks } from './teams-bodies.ts'

let postgres: PostgresServer
let redis: RedisServer
const servers: StandIn[] = []

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
})

afterAll(async () => {
  for (const server of servers) await server.stop()
  await redis.stop()
  await postgres.stop()
})

async function freshServer(number: number): Promise<string> {
  const services = {
    DB_CONNECTION_URI: await postgres.createDatabase(`infisical_${number}`),
    REDIS_URL: redis.url(number),
    SITE_URL: 'http://SITE_URL',
  }
  // As install starts a server, to save memory.
  const { variables } = serverMemory(1000 * 2 ** 20, { saving: true })
  const environment = { ...newKeys(), ...services, ...variables, STAND_IN_REDIS_CONNECTIONS: '40' }
  const server = await startStandIn(environment)
  servers.push(server)
  await server.ready()
  return server.url
}

const numbered = (steps: readonly Step[]) => steps.map((step, i) => [`${i + 1} ${step.name}`, step] as const)

describe('the conversation of 2026-07', () => {
  const hooks: Hooks = {
    bearer({ name }, tokens) {
      if (name === 'bad token') return 'not-a-token'
      if (name.startsWith('bootstrap token')) return tokens.bootstrap
      const isIdentity = name.startsWith('identity:') || name === 'revoked token used'
      return isIdentity ? tokens.identity : tokens.user
    },
    body({ name }, body) {
      const claims = {
        iss: 'https://ci.site.local',
        aud: 'infisical',
        sub: 'repo:openova/app:ref:refs/heads/main',
      }
      if (name === 'attach jwt auth (static key)') return { ...(body as object), publicKeys: [ciPublicKey] }
      if (name === 'jwt auth login') return { ...(body as object), jwt: ciToken(claims) }
      return body
    },
  }
  let replay: Replay
  beforeAll(async () => {
    replay = replaying(process.env['INFISICAL_URL'] ?? (await freshServer(1)), hooks)
  })

  function compareClaims(step: Step): void {
    const [kind = ''] = step.name.split(' ')
    const token = replay.tokens[kind as keyof Replay['tokens']]
    const live = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    const recorded = step.body as Record<string, unknown>
    expect(essence(live)).toEqual(essence(recorded))
    const life = ({ iat, exp }: Record<string, unknown>) =>
      exp === undefined ? 'for ever' : Number(exp) - Number(iat)
    expect(life(live)).toBe(life(recorded))
  }

  test.each(numbered(stepsOf('2026-07')))('%s', async (_, step) => {
    if (step.request) await replay.run(step)
    else compareClaims(step)
  })
})

describe('the conversation about teams, CI and reruns', () => {
  let replay: Replay
  beforeAll(async () => {
    replay = replaying(await freshServer(2), teamsHooks())
  })

  test.each(numbered(stepsOf('2026-07-teams')))('%s', async (_, step) => {
    if (step.name in withoutLength) console.info(`${step.name}: ${withoutLength[step.name]}`)
    await replay.run(step)
  })
})
