import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuditEvent, Secret } from '../../../src/kernel/ports/index.ts'
import { eventsBetween } from '../../../src/teams/audit/index.ts'
import { readRequests } from '../../../src/teams/audit/requests.ts'
import { createPace } from '../../../src/teams/pace/index.ts'
import { systemClock } from '../infisical-client/system.ts'
import { startServers, type TenancyServers } from '../infisical-tenancy/servers.ts'
import { auditContract } from './contract.ts'

let servers: TenancyServers
let licensed: TenancyServers
let projectId = ''
beforeAll(async () => {
  ;[servers, licensed] = await Promise.all([
    startServers(),
    startServers({ environment: { STAND_IN_LICENCE: '1' } }),
  ])
  projectId = (
    await servers.session.tenancy.createProject({ slug: 'talent-mesh', defaultEnvironments: true })
  ).id
  await servers.session.tenancy.createFolder(projectId, 'prod', '/db')
})
afterAll(async () => {
  await Promise.all([servers?.stop(), licensed?.stop()])
})

auditContract('the client, against the stand-in', () => ({ session: servers.session, projectId }))

it('an age is that of the last change, and a change makes a version', async () => {
  const before = Date.now() - 1000
  const place = { projectId, environment: 'prod', path: '/db' }
  await servers.session.putSecret(place, 'PASSWORD', new Secret('once more'))
  const ages = await servers.session.rotation.ages(projectId, 'prod')
  const own = ages.find(({ name }) => name === 'PASSWORD')
  expect(own?.changedAt).toBeGreaterThan(before)
  expect(own?.version).toBe(3)
})

it('people and machines have their last logins, those who never logged in none', async () => {
  const { session } = servers
  await session.createIdentity('ci')
  const logins = await session.audit.lastLogins()
  expect(logins).toContainEqual(
    expect.objectContaining({
      kind: 'person',
      name: 'admin@site.local',
      method: 'email',
      at: expect.any(String),
    }),
  )
  const { at, ...ci } = logins.find(({ name }) => name === 'ci') ?? { at: 'absent' }
  expect([ci, at]).toEqual([{ kind: 'identity', name: 'ci', id: expect.any(String) }, undefined])
})

it('its requests can be read out of what it logs, with neither tokens nor values', async () => {
  await servers.session.putSecret(
    { projectId, environment: 'prod', path: '/' },
    'SEEN',
    new Secret('p4ssw0rd'),
  )
  const stamped = () =>
    servers
      .output()
      .split('\n')
      .map(line => `${new Date().toISOString()} ${line}`)
      .join('\n')
  const read = () => readRequests(stamped(), 0, Number.MAX_SAFE_INTEGER)
  await expect
    .poll(() => read().requests.filter(({ path, method }) => method === 'POST' && path.endsWith('/SEEN')))
    .toMatchObject([{ path: '/api/v3/secrets/raw/SEEN', status: 200, from: '127.0.0.1' }])
  const { requests } = read()
  expect(requests.length).toBeGreaterThan(10)
  expect(requests.every(({ status }) => status !== undefined)).toBe(true)
  expect(JSON.stringify(requests)).not.toMatch(/p4ssw0rd|eyJ/)
})

describe('with a licence', () => {
  it('the log is read page by page, and in longer times where there is little', async () => {
    const { session, watched } = licensed
    expect(await session.audit.features()).toEqual({
      ...{ auditLogs: true, auditLogsRetentionDays: 90, secretRotation: true },
    })
    const { id } = await session.tenancy.createProject({ slug: 'talent-mesh', defaultEnvironments: true })
    const place = { projectId: id, environment: 'prod', path: '/' }
    for (const name of ['ONE', 'TWO', 'THREE']) await session.putSecret(place, name, new Secret('p4ssw0rd'))
    watched.seen.length = 0
    const found: AuditEvent[] = []
    const until = Date.now() + 1000
    const pace = createPace(systemClock, new AbortController().signal, () => {})
    await eventsBetween(session.audit, pace, until - 100 * 86_400_000, until, events => {
      found.push(...events)
      return true
    })
    expect(found.map(({ event }) => event)).toMatchObject(
      ['ONE', 'TWO', 'THREE'].map(secretKey => ({ type: 'create-secret', metadata: { secretKey } })),
    )
    // 1 + 2 + 4 + … + 32 days, and the rest: there is little in them.
    expect(watched.seen).toHaveLength(7)
    expect(watched.seen.every(({ status }) => status === 200)).toBe(true)
  })

  it('of more entries than a page has, none is twice and none is missing', async () => {
    const { session } = licensed
    const window = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 1000) }
    const pages = await Promise.all(
      [0, 2].map(offset => session.audit.events({ ...window, offset, limit: 2 })),
    )
    const names = pages.flat().map(({ event }) => (event.metadata as { secretKey: string }).secretKey)
    expect(names).toEqual(['THREE', 'TWO', 'ONE'])
  })
})

it('refuses only in words that a real server was heard to use', () => {
  expect(servers.watched.seen.filter(({ unrecorded }) => unrecorded !== '')).toEqual([])
})
