/** The admin's login on a real API server: adopted, rotated, killed, and nothing of it left that is not its own. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { managed } from '../../src/kernel/access/index.ts'
import { parseSite } from '../../src/kernel/inputs/index.ts'
import { secretObject } from '../../src/kernel/owned/index.ts'
import { type Cluster, kinds, Secret, type SiteHost } from '../../src/kernel/ports/index.ts'
import { writeReceipt } from '../../src/site/install/index.ts'
import { rotateAdmin } from '../../src/site/verbs/rotate-admin.ts'
import { ensureAdmin } from '../../src/site/wire/index.ts'
import { type FreshServer, type Servers, startServers } from '../contract/infisical-admin/servers.ts'
import { systemClock, systemRandom } from '../contract/infisical-client/system.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { sampleBundle } from '../support/sample-bundle.ts'
import { shippedManifest } from '../support/shipped-manifest.ts'
import { proven } from '../unit/site/verbs/memory-site.ts'
import { rejection, secretIn } from '../unit/site/wire/memory.ts'
import { smallSite } from '../unit/site/wire/sites.ts'

let servers: Servers
let server: FreshServer
let api: ApiServer
let cluster: Cluster
let host: SiteHost

const site = parseSite(smallSite, 'site.yaml')
const { email } = site.admin
const first = new Secret('Correct-Horse-9-Battery')
const killed = new Error('killed')

beforeAll(async () => {
  ;[servers, api] = await Promise.all([startServers(), startApiServer()])
  server = await servers.start()
  const { hostname, port } = new URL(server.url)
  const forwardService = async () => ({ host: hostname, port: Number(port), close: async () => {} })
  cluster = { ...createCluster({ kubeconfig: api.kubeconfig, environment: {} }), forwardService }
  for (const name of ['sealift-system', 'infisical'])
    await cluster.apply({ ...kinds.namespace, metadata: { name, labels: managed } })
  await cluster.apply(secretObject('infisical', 'infisical-secrets', { ENCRYPTION_KEY: 'k' }))
  const { lock } = sampleBundle()
  const charts = lock.charts.map(chart => ({ ...chart, namespace: 'infisical' }))
  await writeReceipt(cluster, { ...proven, lock: { ...lock, charts } })
  host = {
    ...{ cluster, clock: systemClock, random: systemRandom, infisical: () => server.infisical },
    ...{ manifests: shippedManifest, operator: 'root@node1' },
  } as unknown as SiteHost
  await server.infisical.bootstrap(email, first, site.organization)
})
afterAll(async () => {
  await Promise.all([servers?.stop(), api?.stop()])
})

const install = (given?: () => Promise<Secret>) =>
  ensureAdmin({
    ...{ cluster, infisical: server.infisical, random: systemRandom, email, organization: site.organization },
    ...{ namespace: 'infisical', ...(given && { given }) },
  })
const kept = () =>
  Promise.all(['sealift-system', 'infisical'].map(place => secretIn(cluster, place, 'infisical-admin')))
const notes = async () =>
  (await cluster.get(kinds.secret, 'infisical-admin', 'infisical'))?.metadata.annotations ?? {}

it('adopts the server with the login that is given', async () => {
  expect((await rejection(install())).code).toBe('FOREIGN_INSTALL')
  expect(await install(async () => first)).toMatchObject({ adopted: true, changed: true })
  expect(await install()).toMatchObject({ adopted: true, changed: false })
  expect(await notes()).toMatchObject({ 'sealift.dev/adopted': 'true' })
})

it('keeps both passwords while one is changed, and only the new one then', async () => {
  const { infisical } = server
  const login: typeof infisical.login = async (...words) => {
    const session = await infisical.login(...words)
    const changePassword = async (current: Secret, next: Secret) => {
      await session.account.changePassword(current, next)
      throw killed
    }
    return { ...session, account: { ...session.account, changePassword } }
  }
  const dying = { ...host, infisical: () => ({ ...infisical, login }) }
  await expect(rotateAdmin(site, dying, recordedTalk())).rejects.toBe(killed)
  const [between] = await kept()
  expect(between).toMatchObject({ password: first.reveal(), nextPassword: expect.any(String) })

  const talk = recordedTalk()
  const done = await rotateAdmin(site, host, talk)
  const [primary, copy] = await kept()
  expect(Object.keys(primary ?? {}).toSorted()).toEqual([
    'email',
    'organization',
    'organizationId',
    'password',
  ])
  expect(primary).toMatchObject({ password: between?.['nextPassword'] })
  expect(copy).toEqual(primary)
  expect(await notes()).toMatchObject({ 'sealift.dev/adopted': 'true' })
  expect((await rejection(infisical.login(email, first))).message).toContain('Invalid credentials')
  for (const password of [first.reveal(), primary?.['password']])
    expect(JSON.stringify([done, talk])).not.toContain(password)
})

it('is brought to its end by an install as well', async () => {
  const [before] = await kept()
  const next = { ...before, nextPassword: 'Later-Horse-5-Battery' }
  for (const place of ['sealift-system', 'infisical'])
    await cluster.apply(secretObject(place, 'infisical-admin', next, { 'sealift.dev/adopted': 'true' }))
  const session = await server.infisical.login(email, new Secret(before?.['password'] ?? ''))
  await session.account.changePassword(new Secret(before?.['password'] ?? ''), new Secret(next.nextPassword))
  expect(await install()).toMatchObject({ adopted: true, changed: true })
  const whole = { ...before, password: next.nextPassword }
  expect(await kept()).toEqual([whole, whole])
})
