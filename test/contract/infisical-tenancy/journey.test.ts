/** The shipped tenancy on the stand-in, as the two verbs make it: once, and a second time. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createInfisical } from '../../../src/adapters/infisical/index.ts'
import { createIssuers } from '../../../src/adapters/issuers/index.ts'
import { parseTenancy } from '../../../src/kernel/tenancy-file/index.ts'
import { applyTenancy } from '../../../src/teams/verbs/tenancy-apply/index.ts'
import { planTenancy } from '../../../src/teams/verbs/tenancy-plan.ts'
import { memoryTenancy } from '../../support/memory-tenancy.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { type TeamsSite, teamsSite } from '../../unit/teams/verbs/teams-site.ts'
import { systemClock, systemRandom } from '../infisical-client/system.ts'
import { adminPassword, startServers, type TenancyServers } from './servers.ts'

const shipped = join(import.meta.dirname, '../../../bundles/infisical/tenancy.yaml')
const tenancy = parseTenancy(readFileSync(shipped, 'utf8'), 'tenancy.yaml')

let servers: TenancyServers
let site: TeamsSite
beforeAll(async () => {
  servers = await startServers()
  site = await teamsSite(memoryTenancy(), {
    email: 'admin@site.local',
    password: adminPassword,
    organizationId: servers.session.organizationId,
  })
  const { hostname, port } = new URL(servers.watched.url)
  site.cluster.behaviour.services['infisical/infisical:8080'] = { host: hostname, port: Number(port) }
})
afterAll(() => servers.stop())

const host = () => ({
  ...{ cluster: site.cluster, files: site.host.files, clock: systemClock, random: systemRandom },
  issuers: createIssuers(),
  operator: 'ann@node1, process 1',
  infisical: (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock }),
})
const apply = (wanted = tenancy, prune: readonly string[] = []) =>
  applyTenancy(
    { site: 'bank', tenancy: wanted, invitations: 'invitations', prune },
    host(),
    recordedTalk(),
    async () => {},
  )
const plan = (wanted = tenancy) => planTenancy({ site: 'bank', tenancy: wanted }, host(), recordedTalk())

/** Requests that change something: no logins. */
const changes = () =>
  servers.watched.seen.filter(
    ({ method, path }) => method !== 'GET' && !/\/(login|select-organization)$/.test(path),
  )

it('is planned, made as planned, proven, and equal then', async () => {
  const planned = await plan()
  expect(changes()).toEqual([])
  const applied = await apply()
  expect(applied.changed.map(({ name }) => name).toSorted()).toEqual(
    planned.differences.map(({ name }) => name).toSorted(),
  )
  expect([applied.unmet, planned.unmet]).toEqual([[], []])
  expect(applied.proven.map(({ identity }) => identity)).toEqual([
    'ci-talent-mesh',
    'ci-hr-platform',
    'ci-platform',
  ])
  expect(applied.invitations?.people).toHaveLength(3)
  const after = await plan()
  expect([after.differences, after.extras, after.equal]).toEqual([[], [], true])
  expect(after.waiting).toHaveLength(3)
})

it('a second apply changes nothing, and asks three times a project and twice a right', async () => {
  const [before, changed] = [servers.watched.seen.length, changes().length]
  expect((await apply()).changed).toEqual([])
  expect(changes()).toHaveLength(changed)
  // The login; five lists; each project's folders, people and machines; each right's privileges and its rules.
  expect(servers.watched.seen.length - before).toBe(2 + 5 + 3 * 3 + 3 * 2)
})

it('what the file has no more is drift, and goes with a prune', async () => {
  const { projects, teams = [], identities = [] } = tenancy
  const less = {
    ...tenancy,
    projects: projects.map(project => ({ ...project, environments: ['dev', 'prod'], folders: [] })),
    teams: teams.slice(0, 1),
    identities: identities
      .slice(0, 1)
      .map(identity => ({ ...identity, access: [{ project: 'talent-mesh', read: ['/**'], write: [] }] })),
  }
  const { extras } = await plan(less)
  expect(new Set(extras.map(({ kind }) => kind))).toEqual(
    new Set(['environment', 'folder', 'member', 'machine']),
  )
  await apply(
    less,
    projects.map(({ slug }) => slug),
  )
  expect(await plan(less)).toMatchObject({ equal: true, differences: [], extras: [] })
  // And back again: what was deleted is made anew.
  await apply()
  expect((await plan()).equal).toBe(true)
})

it('never more than four requests were under way, and nothing rests on words that no real server used', () => {
  expect(servers.watched.mostAtOnce()).toBeLessThanOrEqual(4)
  expect(servers.watched.mostAtOnce()).toBeGreaterThan(1)
  expect(servers.watched.seen.filter(({ unrecorded }) => unrecorded !== '')).toEqual([])
})

it('identities are listed all at once', async () => {
  const { tenancy: server } = servers.session
  const before = (await server.identities()).length
  for (const at of Array(101).keys()) await server.createIdentity(`many-${at}`)
  expect(await server.identities()).toHaveLength(before + 101)
})
