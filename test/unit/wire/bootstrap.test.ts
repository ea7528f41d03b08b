import { describe, expect, it } from 'vitest'
import { kinds } from '../../../src/ports/index.ts'
import { adminSession, ensureAdmin, ensureTenancy } from '../../../src/wire/index.ts'
import { secretObject } from '../../../src/wire/secrets.ts'
import { countingRandom, rejection, secretIn, siteCluster } from './memory.ts'
import { memoryInfisical, refusal } from './memory-infisical.ts'

async function fresh() {
  const [cluster, infisical] = [await siteCluster(), memoryInfisical()]
  const bootstrapping = {
    cluster,
    infisical,
    random: countingRandom(),
    email: 'admin@site.local',
    organization: 'o',
  }
  const admin = () => secretIn(cluster, 'sealift-system', 'infisical-admin')
  const credentials = () => secretIn(cluster, 'external-secrets', 'infisical-universal-auth')
  return { cluster, infisical, bootstrapping, admin, credentials }
}

describe('ensureAdmin', () => {
  it('stores the password before it is used, then bootstraps and logs in', async () => {
    const { infisical, bootstrapping, admin } = await fresh()
    const { bootstrap } = infisical
    let before: unknown
    infisical.bootstrap = async (...words) => {
      before = await admin()
      return await bootstrap(...words)
    }
    const { session, bootstrapped } = await ensureAdmin(bootstrapping)
    expect(bootstrapped).toBe(true)
    expect(session.organizationId).toBe('org')
    expect(before).toEqual({
      email: 'admin@site.local',
      organization: 'o',
      password: infisical.admin?.password,
    })
    expect(await admin()).toEqual({ ...(before as object), organizationId: 'org' })
  })

  it('goes on after it was killed before, and after, the bootstrap', async () => {
    const { infisical, bootstrapping, admin } = await fresh()
    const { bootstrap } = infisical
    infisical.bootstrap = async () => {
      throw new Error('killed before')
    }
    await expect(ensureAdmin(bootstrapping)).rejects.toThrow('killed before')
    const password = (await admin())?.['password']
    infisical.bootstrap = async (...words) => {
      await bootstrap(...words)
      throw new Error('killed after')
    }
    await expect(ensureAdmin(bootstrapping)).rejects.toThrow('killed after')
    expect((await ensureAdmin(bootstrapping)).bootstrapped).toBe(false)
    expect(await admin()).toMatchObject({ password, organizationId: 'org' })
    expect(infisical.calls).toEqual(['bootstrap admin@site.local'])
  })

  it('takes no password that somebody else has laid there', async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    const { labels: _, ...metadata } = secretObject('sealift-system', 'infisical-admin', {}).metadata
    const stringData = { email: 'admin@site.local', password: 'known-to-whoever-made-it' }
    await cluster.apply({ ...kinds.secret, metadata, stringData })
    const error = await rejection(ensureAdmin(bootstrapping))
    expect([error.code, error.message]).toEqual([
      'FOREIGN_INSTALL',
      expect.stringContaining('infisical-admin'),
    ])
    expect(infisical.calls).toEqual([])
  })

  it("says that a server is somebody else's, and leaves nothing behind", async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    infisical.admin = { email: 'them@site.local', password: 'theirs' }
    const error = await rejection(ensureAdmin(bootstrapping))
    expect(error.code).toBe('FOREIGN_INSTALL')
    expect(error.message).toBe("this Infisical is not Sealift's: it was set up already, and not by Sealift")
    expect(await cluster.list(kinds.secret)).toEqual([])
  })

  it("says that the admin's password is not ours any more", async () => {
    const { infisical, bootstrapping } = await fresh()
    await ensureAdmin(bootstrapping)
    infisical.admin = { email: 'admin@site.local', password: 'changed by hand' }
    const error = await rejection(ensureAdmin(bootstrapping))
    expect(error.code).toBe('FOREIGN_INSTALL')
    expect(error.message).toContain("does not take the admin's password")
  })

  it('does not take an outage for a foreign server', async () => {
    const { infisical, bootstrapping } = await fresh()
    await ensureAdmin(bootstrapping)
    infisical.login = async () => {
      throw refusal(500, 'Something went wrong')
    }
    expect((await rejection(ensureAdmin(bootstrapping))).code).toBe('SERVER_FAILED')
  })
})

describe('adminSession', () => {
  it('uses what is kept, and says when nothing is installed', async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    expect((await rejection(adminSession(cluster, infisical))).code).toBe('NOT_INSTALLED')
    await ensureAdmin(bootstrapping)
    expect((await adminSession(cluster, infisical)).organizationId).toBe('org')
  })
})

describe('ensureTenancy', () => {
  async function installed() {
    const { bootstrapping, credentials, infisical, cluster } = await fresh()
    const { session } = await ensureAdmin(bootstrapping)
    infisical.calls.length = 0
    const needs = { cluster, infisical, session, namespace: 'external-secrets' }
    return { needs, credentials, infisical }
  }

  it('makes project, folder and an identity that may read the probe and nothing else', async () => {
    const { needs, credentials, infisical } = await installed()
    const place = await ensureTenancy(needs)
    expect(place).toEqual({ projectId: 'id-platform-shared', environment: 'prod', path: '/sealift-probe' })
    const secrets = { subject: 'secrets', action: ['describeSecret', 'readValue'] }
    const privilege = JSON.stringify([
      { ...secrets, conditions: { environment: 'prod', secretPath: '/sealift-probe' } },
      { ...secrets, conditions: { environment: 'prod', secretPath: { $glob: '/sealift-probe/**' } } },
    ])
    expect(infisical.calls).toEqual([
      'createProject platform-shared',
      'ensureFolder prod /sealift-probe',
      'createIdentity external-secrets',
      'addToProject id-platform-shared id-external-secrets no-access',
      `addPrivilege id-external-secrets sealift-probe-read ${privilege}`,
      'createClientSecret id-external-secrets',
    ])
    expect(await credentials()).toEqual({
      clientId: 'client-id-external-secrets',
      clientSecret: 'client-secret-0',
    })
  })

  it('keeps credentials that still log in', async () => {
    const { needs, credentials, infisical } = await installed()
    await ensureTenancy(needs)
    const before = await credentials()
    infisical.calls.length = 0
    await ensureTenancy(needs)
    expect(await credentials()).toEqual(before)
    expect(infisical.calls.filter(call => call.startsWith('create'))).toEqual([])
  })

  it('makes new ones after a single refused login, for the same identity', async () => {
    const { needs, credentials, infisical } = await installed()
    await ensureTenancy(needs)
    infisical.clientSecrets.clear()
    infisical.calls.length = 0
    await ensureTenancy(needs)
    expect(infisical.calls.filter(call => call === 'loginIdentity')).toHaveLength(1)
    expect(infisical.calls).not.toContain('createIdentity external-secrets')
    expect(infisical.clientSecrets.get(String((await credentials())?.['clientId']))).toBe(
      (await credentials())?.['clientSecret'],
    )
  })

  it('revokes what it lost, once the new ones are in the cluster, and at a rerun when it is killed there', async () => {
    const { needs, infisical, credentials } = await installed()
    await ensureTenancy(needs)
    expect(infisical.calls.join('\n')).not.toContain('revoke')
    await needs.cluster.delete(kinds.secret, 'infisical-universal-auth', 'external-secrets')
    const { revokeClientSecret } = needs.session
    needs.session.revokeClientSecret = () => Promise.reject(new Error('killed'))
    await expect(ensureTenancy(needs)).rejects.toThrow('killed')
    const made = await credentials()
    expect(made).toMatchObject({ clientSecret: 'client-secret-1' })

    needs.session.revokeClientSecret = revokeClientSecret
    for (const revoked of [['revokeClientSecret id-external-secrets earlier'], []]) {
      infisical.calls.length = 0
      await ensureTenancy(needs)
      expect(infisical.calls.filter(call => /revoke|createClient/.test(call))).toEqual(revoked)
      expect(await credentials()).toEqual(made)
    }
  })

  it('makes no new ones when the server cannot answer', async () => {
    const { needs, infisical } = await installed()
    await ensureTenancy(needs)
    infisical.loginIdentity = async () => {
      throw refusal(500, 'Something went wrong')
    }
    infisical.calls.length = 0
    expect((await rejection(ensureTenancy(needs))).code).toBe('SERVER_FAILED')
    expect(infisical.calls).not.toContain('createClientSecret id-external-secrets')
  })
})
