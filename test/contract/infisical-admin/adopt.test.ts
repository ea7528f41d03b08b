/** A server that somebody else has set up: what an install does there, and what it leaves alone. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { kinds, Secret } from '../../../src/kernel/ports/index.ts'
import {
  changePassword,
  ensureAdmin,
  ensureTenancy,
  proveChange,
  revokeCredentials,
} from '../../../src/site/wire/index.ts'
import { rejection, secretIn, siteCluster } from '../../unit/site/wire/memory.ts'
import { systemRandom } from '../infisical-client/system.ts'
import { bootstrapping, type FreshServer, type Servers, startServers } from './servers.ts'

let servers: Servers
beforeAll(async () => {
  servers = await startServers()
})
afterAll(() => servers.stop())

const theirs = { email: 'them@site.local', password: 'Their-Horse-7-Battery' }

/** A server that somebody has set up and works with, and a site file that names an admin who is no instance admin. */
async function foreignSite() {
  const [server, cluster] = [await servers.start(), await siteCluster()]
  const { infisical } = server
  await infisical.bootstrap('first@site.local', new Secret('First-Horse-6-Battery'), 'openova')
  await server.addUser(theirs.email, theirs.password, 'openova', 'admin')
  await server.addUser(theirs.email, theirs.password, 'acme', 'member')
  const first = await infisical.login('first@site.local', new Secret('First-Horse-6-Battery'))
  const needs = {
    ...{ ...bootstrapping, cluster, infisical, random: systemRandom, email: theirs.email },
    given: async () => new Secret(theirs.password),
  }
  return { server, cluster, infisical, first, needs }
}

/** Every row of a server that somebody may miss. */
async function rows({ sql }: FreshServer) {
  const tables = [
    'users',
    'organizations',
    'org_memberships',
    'identities',
    'projects',
    'secrets_v2',
    'super_admin',
  ]
  const all: Record<string, string>[] = []
  for (const table of tables) all.push(...(await sql(`SELECT * FROM ${table} ORDER BY id`)))
  return all.map(({ lastLoginTime: _, lastLoginAuthMethod: __, ...row }) => row)
}

it('is adopted by an admin of the organisation, beside what is there, and changed no further', async () => {
  const { server, cluster, infisical, first, needs } = await foreignSite()
  const project = await first.createProject('talent-mesh', 'talent-mesh')
  const place = { projectId: project.id, environment: 'prod', path: '/' }
  await first.putSecret(place, 'THEIRS', new Secret('kept'))
  const before = await rows(server)

  const { session, ...made } = await ensureAdmin(needs)
  expect(made).toEqual({ bootstrapped: false, adopted: true, changed: true })
  const tenancy = { cluster, infisical, session, namespace: 'external-secrets', adopted: true }
  expect(await ensureTenancy(tenancy)).toMatchObject({ changed: true, joined: false })

  const after = await rows(server)
  for (const row of before) expect(after).toContainEqual(row)
  expect((await first.secret(place, 'THEIRS'))?.reveal()).toBe('kept')
  expect(await first.identities('Instance Admin Identity')).toHaveLength(1)

  const again = await ensureAdmin({ ...needs, given: () => Promise.reject(new Error('asked again')) })
  expect(again).toMatchObject({ adopted: true, changed: false })
  expect(await ensureTenancy({ ...tenancy, session: again.session })).toMatchObject({ changed: false })

  // Its password can be rotated, and what a removal revokes is Sealift's.
  const changed = await changePassword({ ...needs, cluster, infisical })
  expect(await proveChange(infisical, changed)).toBeUndefined()
  const { session: last } = await ensureAdmin({
    ...needs,
    given: () => Promise.reject(new Error('asked again')),
  })
  expect(await revokeCredentials(last)).toBe(1)
  // As a removal leaves it, and the next install finds it.
  await cluster.delete(kinds.secret, 'infisical-universal-auth', 'external-secrets')
  expect(await ensureTenancy({ ...tenancy, session: last })).toMatchObject({ changed: true })
  const [identity, ...others] = await last.identities('external-secrets')
  expect(others).toEqual([])
  await last.createClientSecret(identity?.id ?? '', 'of somebody else')
  await cluster.delete(kinds.secret, 'infisical-universal-auth', 'external-secrets')
  expect((await rejection(ensureTenancy({ ...tenancy, session: last }))).code).toBe('FOREIGN_INSTALL')
  for (const password of [theirs.password, changed.login.password.reveal()])
    expect(server.output()).not.toContain(password)
})

it('is used where it has a project of the proof’s name, of which the admin is a member', async () => {
  const { cluster, infisical, first, needs } = await foreignSite()
  const project = await first.createProject('platform-shared', 'platform-shared')
  const place = { projectId: project.id, environment: 'prod', path: '/' }
  await first.putSecret(place, 'THEIRS', new Secret('kept'))
  const { session } = await ensureAdmin(needs)
  const tenancy = { cluster, infisical, session, namespace: 'external-secrets', adopted: true }
  await first.tenancy.addMembers(project.id, [theirs.email], ['admin'])
  expect(await ensureTenancy(tenancy)).toMatchObject({ changed: true, joined: true })
  expect(await session.secretNames(place)).toEqual(['THEIRS'])
})

it('is left alone by one who is no admin, by another organisation, and without a login', async () => {
  const { server, cluster, needs } = await foreignSite()
  const before = await rows(server)
  const { given: _, ...without } = needs
  const errors = [
    await rejection(ensureAdmin({ ...needs, organization: 'acme' })),
    await rejection(ensureAdmin({ ...needs, organization: 'nobody’s' })),
    await rejection(ensureAdmin({ ...needs, given: async () => new Secret('wrong') })),
    await rejection(ensureAdmin(without)),
  ]
  expect(errors.map(({ code }) => code)).toEqual([
    'SITE_INVALID',
    'SITE_INVALID',
    'FOREIGN_INSTALL',
    'FOREIGN_INSTALL',
  ])
  expect(errors[1]?.faults.toSorted()).toEqual(['acme', 'openova'])
  expect(errors[3]?.hints[0]).toContain('admin.password')
  expect(await rows(server)).toEqual(before)
  expect(await cluster.list(kinds.secret)).toEqual([])
})

it('is Sealift’s own where its login comes back after the cluster was lost', async () => {
  const server = await servers.start()
  const { infisical } = server
  const lost = await siteCluster()
  await ensureAdmin({ ...bootstrapping, cluster: lost, infisical, random: systemRandom })
  const { password = '' } = (await secretIn(lost, 'sealift-system', 'infisical-admin')) ?? {}
  const cluster = await siteCluster()
  const needs = { ...bootstrapping, cluster, infisical, random: systemRandom }
  expect((await rejection(ensureAdmin(needs))).code).toBe('FOREIGN_INSTALL')
  const given = async () => new Secret(password)
  expect(await ensureAdmin({ ...needs, given })).toMatchObject({ bootstrapped: false, changed: true })
  expect(await secretIn(cluster, 'infisical', 'infisical-admin')).toMatchObject({ password })
})
