/** A migration to the stand-in, as the verb makes it: how many requests it takes, and what the second one does. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createInfisical } from '../../../src/adapters/infisical/index.ts'
import { Secret, type SecretPlace } from '../../../src/kernel/ports/index.ts'
import type { Sources } from '../../../src/teams/migrate/index.ts'
import {
  type MigrateRequest,
  migrateAlone,
  migrationFault,
} from '../../../src/teams/verbs/migrate-sops/index.ts'
import { applyStoresAlone } from '../../../src/teams/verbs/stores-apply/index.ts'
import { memoryTenancy } from '../../support/memory-tenancy.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { sourcesOf } from '../../unit/teams/verbs/migrate-site.ts'
import { answering, serving } from '../../unit/teams/verbs/stores-site.ts'
import { type TeamsSite, teamsSite } from '../../unit/teams/verbs/teams-site.ts'
import { systemClock, systemRandom } from '../infisical-client/system.ts'
import type { Seen } from '../infisical-client/watched.ts'
import { adminPassword, startServers, type TenancyServers } from '../infisical-tenancy/servers.ts'

let servers: TenancyServers
let site: TeamsSite
let place: SecretPlace
const strange: Seen[] = []

beforeAll(async () => {
  servers = await startServers()
  const { organizationId, tenancy } = servers.session
  const login = { email: 'admin@site.local', password: adminPassword, organizationId }
  site = await teamsSite(memoryTenancy(), login)
  const { hostname, port } = new URL(servers.watched.url)
  site.cluster.behaviour.services['infisical/infisical:8080'] = { host: hostname, port: Number(port) }
  const project = await tenancy.createProject({ slug: 'talent-mesh', defaultEnvironments: true })
  place = { projectId: project.id, environment: 'prod', path: '/' }
})
afterAll(() => servers.stop())
beforeEach(() => {
  strange.push(...servers.watched.seen.splice(0).filter(({ unrecorded }) => unrecorded !== ''))
})

const host = () => ({
  ...{ cluster: site.cluster, files: site.host.files, clock: systemClock, random: systemRandom },
  infisical: (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock }),
})
const run = (sources: Sources, more: Partial<MigrateRequest> = {}) => {
  const asked = {
    site: 'bank',
    project: 'talent-mesh',
    environment: 'prod',
    path: '/',
    accept: [],
    switches: [],
  }
  return migrateAlone({ ...asked, apply: true, sources, ...more }, host(), recordedTalk())
}
const isLogin = ({ path }: { readonly path: string }) => /\/(login|select-organization)$/.test(path)
const asked = () => servers.watched.seen.filter(seen => !isLogin(seen))
const changes = () => asked().filter(({ method }) => method !== 'GET')

const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`SECRET_${i}`, `value ${i}`]))

it('plans five thousand secrets with two requests, and changes nothing', async () => {
  const planned = await run(sourcesOf(many), { apply: false })
  expect(planned.secrets.filter(({ change }) => change === 'create')).toHaveLength(5000)
  expect(asked().map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /api/v1/projects',
    'GET /api/v4/secrets',
  ])
})

it('writes five thousand secrets in five requests, and reads them back in one', async () => {
  const applied = await run(sourcesOf(many))
  expect(applied.parity).toEqual({
    ...{ by: 'the admin', expandSecretReferences: false, equal: 5000, changed: [], different: [] },
  })
  expect(changes().map(({ path }) => path)).toEqual(Array(5).fill('/api/v4/secrets/batch'))
  expect(asked()).toHaveLength(8)
  expect(servers.watched.mostAtOnce()).toBeLessThanOrEqual(4)
})

it('writes nothing a second time', async () => {
  const again = await run(sourcesOf(many))
  expect([again.written, again.parity?.equal, changes()]).toEqual([0, 5000, []])
})

it('writes what differs, and no more', async () => {
  const applied = await run(sourcesOf({ ...many, SECRET_7: 'another', ONE_MORE: 'v' }))
  expect([applied.written, applied.parity?.different]).toEqual([2, []])
  expect(changes()).toHaveLength(1)
})

it('takes what is large in more requests than one, each of less than a megabyte', async () => {
  const large = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`L${i}`, `${i}`.repeat(300_000)]))
  const applied = await run(sourcesOf(large), { path: '/large/ones' })
  expect([applied.written, applied.parity?.equal]).toEqual([8, 8])
  expect(changes().map(({ path }) => path)).toEqual([
    '/api/v2/folders',
    ...Array(3).fill('/api/v4/secrets/batch'),
  ])
})

it('reads back as the identity of the environment’s store, once there is one', async () => {
  site.cluster.behaviour.react = answering(true)
  const tenancy = serving({ 'talent-mesh.prod': ['talent-mesh'] })
  const request = { site: 'bank', tenancy, prune: [] }
  await applyStoresAlone(request, host(), recordedTalk(), async () => {})
  const applied = await run(sourcesOf({ A: `\${B}`, B: 'v', C: 'x'.repeat(70_000) }), { path: '/stored' })
  expect(applied.parity).toMatchObject({ by: 'identity external-secrets.talent-mesh.prod', equal: 3 })
})

it('finds out where the store replaces references, before anything is written and after', async () => {
  const live = await site.cluster.get(
    { apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore' },
    'talent-mesh.prod',
  )
  const spec = JSON.parse(
    JSON.stringify(live?.['spec']).replace('"expandSecretReferences":false', '"expandSecretReferences":true'),
  )
  await site.cluster.apply({ ...live, spec } as never)
  const sources = sourcesOf({ A: `a\${nowhere}c` })
  const refused = await run(sources, { path: '/references' })
  expect(migrationFault(refused, [])?.faults.join()).toMatch(
    /A: has \$\{ in it, and store talent-mesh.prod replaces/,
  )
  expect(changes()).toEqual([])
  const applied = await run(sources, { path: '/references', accept: ['changed'] })
  expect(applied.parity).toMatchObject({
    expandSecretReferences: true,
    equal: 0,
    changed: ['A'],
    different: [],
  })
})

it('goes on where it was interrupted', async () => {
  const stop = new AbortController()
  const talk = recordedTalk({ signal: stop.signal })
  const infisical = (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock, signal: stop.signal })
  const watching = setInterval(() => {
    if (changes().length > 0) stop.abort(new Error('interrupted'))
  }, 1)
  const some = sourcesOf(Object.fromEntries(Object.entries(many).slice(0, 2500)))
  const wanted = { site: 'bank', project: 'talent-mesh', environment: 'dev', path: '/', sources: some }
  const request = { ...wanted, accept: [], switches: [], apply: true }
  await expect(migrateAlone(request, { ...host(), infisical }, talk)).rejects.toThrow('interrupted')
  clearInterval(watching)
  expect((await run(some, { environment: 'dev' })).parity?.equal).toBe(2500)
  expect(await run(some, { environment: 'dev' })).toMatchObject({ written: 0, parity: { equal: 2500 } })
})

it('has no value in what a refusal says', async () => {
  const secrets = [
    { name: 'a:b', value: new Secret('hunter2') },
    { name: 'C', value: new Secret('cannot') },
  ]
  const refusal = servers.session.batches.putSecrets(place, secrets)
  await expect(refusal).rejects.toThrow(/^(?!.*hunter2).*secret a:b: /)
})

it('rests on no words that no real server was heard to use', () => {
  expect(strange).toEqual([])
})
