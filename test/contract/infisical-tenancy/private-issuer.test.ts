/** An issuer in a private network, and a server that may not ask it yet: it is started anew, and logins go on. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createInfisical } from '../../../src/adapters/infisical/index.ts'
import { createIssuers } from '../../../src/adapters/issuers/index.ts'
import { secretData } from '../../../src/kernel/access/index.ts'
import { kinds, Secret } from '../../../src/kernel/ports/index.ts'
import { environmentSecret } from '../../../src/kernel/server-variables/index.ts'
import { applyTenancy } from '../../../src/teams/verbs/tenancy-apply/index.ts'
import { newKeys, type StandIn, startStandIn } from '../../support/infisical/process.ts'
import { memoryTenancy } from '../../support/memory-tenancy.ts'
import { type OidcIssuer, startOidcIssuer } from '../../support/oidc-issuer.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { startPostgres, startRedis } from '../../support/services.ts'
import { tenancyOf } from '../../unit/teams/tenancy/tenancies.ts'
import { type TeamsSite, teamsSite } from '../../unit/teams/verbs/teams-site.ts'
import { systemClock, systemRandom } from '../infisical-client/system.ts'
import { adminPassword } from './servers.ts'

const place = { name: 'infisical', namespace: 'infisical' }
const stops: (() => Promise<unknown>)[] = []
let issuer: OidcIssuer
let site: TeamsSite
let standIn: StandIn
let starts = 0

beforeAll(async () => {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  issuer = await startOidcIssuer({ path: '/_services/token' })
  stops.push(() => standIn.stop(), issuer.stop, postgres.stop, redis.stop)
  const wired = {
    ...newKeys(),
    DB_CONNECTION_URI: await postgres.createDatabase('infisical'),
    REDIS_URL: redis.url(),
    SITE_URL: 'http://infisical.test',
  }
  standIn = await startStandIn(wired)
  await standIn.ready()
  const infisical = createInfisical({ baseUrl: standIn.url, clock: systemClock })
  const email = 'admin@site.local'
  const { organizationId } = await infisical.bootstrap(email, new Secret(adminPassword), 'openova')
  site = await teamsSite(memoryTenancy(), { email, password: adminPassword, organizationId })
  const { cluster } = site
  const serve = () => {
    const { hostname, port } = new URL(standIn.url)
    cluster.behaviour.services['infisical/infisical:8080'] = { host: hostname, port: Number(port) }
  }
  serve()
  for (const namespace of ['sealift-system', 'infisical'])
    await cluster.apply(environmentSecret(namespace, { wired, more: {} }))
  const status = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }
  await cluster.applyAs('helm', { ...kinds.deployment, metadata: place, spec: { replicas: 1 } } as never)
  await cluster.applyAs('controller', { ...kinds.deployment, metadata: place, status } as never)
  // A pod that is started anew: another process, with what is in the Secret then, behind the same Service.
  cluster.behaviour.react = async (object, self) => {
    if (object.kind !== 'Deployment') return
    starts++
    await standIn.stop()
    const secret = await self.get(kinds.secret, 'infisical-secrets', 'infisical')
    const values = secret === undefined ? [] : [...secretData(secret)]
    standIn = await startStandIn(Object.fromEntries(values.map(([name, value]) => [name, value.reveal()])))
    await standIn.ready()
    serve()
  }
})
afterAll(async () => {
  for (const stop of stops) await stop()
})

const apply = async () => {
  const server = new URL(issuer.url).origin
  const github = { owner: 'openova', repositories: ['app'], branches: ['main'], server, ca: issuer.ca }
  const projects = [{ slug: 'talent-mesh', environments: ['prod'], folders: ['/ci'] }]
  const access = [{ project: 'talent-mesh', read: ['/ci/**'] }]
  const tenancy = tenancyOf({ projects, identities: [{ name: 'ci', access, login: { github } }] })
  const host = {
    ...{ cluster: site.cluster, files: site.host.files, clock: systemClock, random: systemRandom },
    issuers: createIssuers(),
    operator: 'ann@node1, process 1',
    infisical: (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock }),
  }
  const request = { site: 'bank', tenancy, invitations: 'invitations', prune: [] }
  return await applyTenancy(request, host, recordedTalk(), async () => {})
}

test('it is let ask the issuer with one restart, and what is left goes on with the server that is there then', async () => {
  const { changed, unmet, proven } = await apply()
  expect([unmet, proven.map(({ identity }) => identity)]).toEqual([[], ['ci']])
  expect(changed.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
    expect.arrayContaining(['variable ALLOW_INTERNAL_IP_CONNECTIONS', 'login ci', 'project talent-mesh']),
  )
  expect(starts).toBe(1)
})

test('a job then logs in, and a second apply changes and starts nothing', async () => {
  const { changed } = await apply()
  expect([changed, starts]).toEqual([[], 1])
  const infisical = createInfisical({ baseUrl: standIn.url, clock: systemClock })
  const { tenancy } = await infisical.login('admin@site.local', new Secret(adminPassword))
  const identityId = (await tenancy.identities()).find(({ name }) => name === 'ci')?.id ?? ''
  const jwt = issuer.token({
    ...{
      aud: `${new URL(issuer.url).origin}/openova`,
      repository_owner: 'openova',
      repository: 'openova/app',
    },
    ...{ ref: 'refs/heads/main', event_name: 'push', sub: 'repo:openova/app:ref:refs/heads/main' },
  })
  const body = new URLSearchParams({ identityId, jwt })
  const answer = await fetch(`${standIn.url}/api/v1/auth/oidc-auth/login`, { method: 'POST', body })
  expect(answer.status).toBe(200)
})
