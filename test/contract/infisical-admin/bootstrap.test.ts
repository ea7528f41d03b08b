/** Bootstrap, once, on both kinds of servers, and wherever it or a rotation is killed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminSession } from '../../../src/kernel/access/index.ts'
import { type Infisical, type InfisicalSession, Secret } from '../../../src/kernel/ports/index.ts'
import { changePassword, ensureAdmin, proveChange } from '../../../src/site/wire/index.ts'
import type { MemoryCluster } from '../../support/memory-cluster.ts'
import { rejection, secretIn, siteCluster } from '../../unit/site/wire/memory.ts'
import { systemRandom } from '../infisical-client/system.ts'
import { bootstrapping, type FreshServer, type Servers, startServers } from './servers.ts'

let servers: Servers
beforeAll(async () => {
  servers = await startServers()
})
afterAll(() => servers.stop())

const { email, namespace } = bootstrapping
const killed = new Error('killed')

/** A cluster and a server on which all ends at one change; with `late` that one is still done. */
function killing(cluster: MemoryCluster, infisical: Infisical, changes: number, late: boolean) {
  let left = changes
  const change = async <T>(work: () => Promise<T>): Promise<T> => {
    if (left-- > 0) return await work()
    if (late && left === -1) await work()
    throw killed
  }
  const sessions = (session: InfisicalSession): InfisicalSession => ({
    ...session,
    deleteIdentity: id => change(() => session.deleteIdentity(id)),
    account: {
      ...session.account,
      changePassword: (...words) => change(() => session.account.changePassword(...words)),
    },
  })
  return {
    cluster: { ...cluster, apply: object => change(() => cluster.apply(object)) } as MemoryCluster,
    infisical: {
      ...infisical,
      bootstrap: (...words) => change(() => infisical.bootstrap(...words)),
      login: async (...words) => sessions(await infisical.login(...words)),
    } as Infisical,
  }
}

/** What there is once of each, and must not be there any more. */
async function counts({ sql }: FreshServer) {
  const count = async (table: string) => Number((await sql(`SELECT count(*) n FROM ${table}`))[0]?.['n'])
  return {
    users: await count('users'),
    organizations: await count('organizations'),
    identities: await count('identities'),
  }
}
const once = { users: 1, organizations: 1, identities: 0 }

describe('a server', () => {
  it.each([
    ['takes the token that bootstrap gives', '1', 200],
    ['refuses it', '0', 401],
  ])('that %s is set up alike, and takes it no more', async (_, works, before) => {
    const [server, cluster] = [
      await servers.start({ STAND_IN_BOOTSTRAP_TOKEN_WORKS: works }),
      await siteCluster(),
    ]
    let token = ''
    const bootstrap: Infisical['bootstrap'] = async (user, password, organization) => {
      const body = JSON.stringify({ email: user, password: password.reveal(), organization })
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${server.url}/api/v1/admin/bootstrap`, { method: 'POST', headers, body })
      const made = (await answer.json()) as {
        organization: { id: string }
        identity: { id: string; credentials: { token: string } }
      }
      token = made.identity.credentials.token
      expect(await statusWith(token)).toBe(before)
      return { organizationId: made.organization.id, identityId: made.identity.id }
    }
    const statusWith = async (bearer: string) => {
      const headers = { authorization: `Bearer ${bearer}` }
      return (await fetch(`${server.url}/api/v1/projects?type=secret-manager`, { headers })).status
    }
    const infisical = { ...server.infisical, bootstrap }
    const made = await ensureAdmin({ ...bootstrapping, cluster, infisical, random: systemRandom })
    expect(made.bootstrapped).toBe(true)
    expect([await statusWith(token), await counts(server)]).toEqual([401, once])
  })
})

describe('killed', () => {
  // Two Secrets, the bootstrap, two Secrets, the identity, two Secrets.
  const moments = Array.from({ length: 8 }, (_, changes) =>
    [false, true].map(late => ({ changes, late })),
  ).flat()

  it('at any change, a bootstrap is one bootstrap in the end', async () => {
    const server = await servers.start()
    for (const { changes, late } of moments) {
      const cluster = await siteCluster()
      await server.forget()
      const dying = killing(cluster, server.infisical, changes, late)
      await expect(ensureAdmin({ ...bootstrapping, ...dying, random: systemRandom })).rejects.toBe(killed)
      const whole = { ...bootstrapping, cluster, infisical: server.infisical, random: systemRandom }
      await ensureAdmin(whole)
      const [primary, copy] = await logins(cluster)
      expect([await counts(server), primary]).toEqual([once, copy])
      expect(await ensureAdmin(whole)).toMatchObject({ adopted: false, changed: false })
    }
  })

  it('at any change, a rotation leaves a login that works, and ends with one that does', async () => {
    const [server, cluster] = [await servers.start(), await siteCluster()]
    const { infisical } = server
    const whole = { ...bootstrapping, cluster, infisical, random: systemRandom }
    await ensureAdmin(whole)
    for (const { changes, late } of moments.filter(moment => moment.changes < 5)) {
      const [before] = await logins(cluster)
      const dying = killing(cluster, infisical, changes, late)
      await expect(changePassword({ ...dying, random: systemRandom, namespace })).rejects.toBe(killed)
      await adminSession(cluster, infisical, namespace)
      const changed = await changePassword({ cluster, infisical, random: systemRandom, namespace })
      expect(await proveChange(infisical, changed)).toBeUndefined()
      const [primary, copy] = await logins(cluster)
      expect(primary).toEqual({ ...before, password: changed.login.password.reveal() })
      expect(copy).toEqual(primary)
      const old = new Secret(before?.['password'] ?? '')
      expect((await rejection(infisical.login(email, old))).message).toContain('Invalid credentials')
      expect(await ensureAdmin(whole)).toMatchObject({ changed: false })
      for (const login of [before, primary]) expect(server.output()).not.toContain(login?.['password'])
    }
  })
})

const logins = (cluster: MemoryCluster) =>
  Promise.all(['sealift-system', 'infisical'].map(place => secretIn(cluster, place, 'infisical-admin')))
