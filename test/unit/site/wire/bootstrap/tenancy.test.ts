import { describe, expect, it } from 'vitest'
import { type InfisicalSession, kinds } from '../../../../../src/kernel/ports/index.ts'
import { ensureAdmin, ensureTenancy, revokeCredentials } from '../../../../../src/site/wire/index.ts'
import { countingRandom, rejection, secretIn, siteCluster } from '../memory.ts'
import { memoryInfisical, refusal } from '../memory-infisical.ts'

describe('ensureTenancy', () => {
  async function installed() {
    const [cluster, infisical] = [await siteCluster(), memoryInfisical()]
    const admin = { email: 'admin@site.local', organization: 'o', namespace: 'infisical' }
    const { session } = await ensureAdmin({ cluster, infisical, random: countingRandom(), ...admin })
    infisical.calls.length = 0
    const needs = { cluster, infisical, session, namespace: 'external-secrets' }
    const credentials = () => secretIn(cluster, 'external-secrets', 'infisical-universal-auth')
    return { needs, credentials, infisical }
  }

  it('makes project, folder and an identity that may read the probe and nothing else', async () => {
    const { needs, credentials, infisical } = await installed()
    const place = { projectId: 'id-platform-shared', environment: 'prod', path: '/sealift-probe' }
    expect(await ensureTenancy(needs)).toEqual({ place, joined: false, changed: true })
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
      `ensurePrivilege id-external-secrets sealift-probe-read ${privilege}`,
      'createClientSecret id-external-secrets',
    ])
    expect(await credentials()).toEqual({
      clientId: 'client-id-external-secrets',
      clientSecret: 'client-secret-0',
    })
  })

  it('writes nothing, here or there, when all is as it should be', async () => {
    const { needs, infisical } = await installed()
    const { place } = await ensureTenancy(needs)
    const before = needs.cluster.objects()
    infisical.calls.length = 0
    expect(await ensureTenancy(needs)).toEqual({ place, joined: false, changed: false })
    expect(needs.cluster.objects()).toEqual(before)
    expect(infisical.calls).toEqual(['loginIdentity'])
  })

  it.each(['addToProject', 'ensurePrivilege', 'ensureFolder'] as const)(
    'tells that %s changed',
    async what => {
      const { needs } = await installed()
      await ensureTenancy(needs)
      needs.session[what] = async () => true
      expect((await ensureTenancy(needs)).changed).toBe(true)
    },
  )

  it('makes new ones after a single refused login, for the same identity', async () => {
    const { needs, credentials, infisical } = await installed()
    await ensureTenancy(needs)
    infisical.clientSecrets = []
    infisical.calls.length = 0
    expect((await ensureTenancy(needs)).changed).toBe(true)
    expect(infisical.calls).toEqual(['loginIdentity', 'createClientSecret id-external-secrets'])
    expect((await credentials())?.['clientSecret']).toBe(infisical.clientSecrets[0]?.value)
  })

  it('takes the identity whose credentials it had, where there are two of the name', async () => {
    const { needs, infisical } = await installed()
    await ensureTenancy(needs)
    infisical.clientSecrets = []
    infisical.identities.unshift({
      id: 'other',
      name: 'external-secrets',
      role: 'no-access',
      authMethods: [],
    })
    await ensureTenancy(needs)
    expect(infisical.clientSecrets.map(({ identityId }) => identityId)).toEqual(['id-external-secrets'])
  })

  it('takes none by chance, and makes no third', async () => {
    const { needs, infisical } = await installed()
    const identity = { name: 'external-secrets', role: 'no-access', authMethods: [] }
    infisical.identities = ['one', 'two'].map(id => ({ ...identity, id }))
    const error = await rejection(ensureTenancy(needs))
    expect([error.code, error.message]).toEqual([
      'SERVER_FAILED',
      expect.stringMatching(/2 identities.*one, two$/),
    ])
    expect(infisical.identities).toHaveLength(2)
    expect(infisical.clientSecrets).toEqual([])
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
    const revoked = 'revokeClientSecret id-external-secrets id-of-client-secret-0'
    for (const expected of [[revoked], []]) {
      infisical.calls.length = 0
      expect((await ensureTenancy(needs)).changed).toBe(expected.length > 0)
      expect(infisical.calls.filter(call => /revoke|createClient/.test(call))).toEqual(expected)
      expect(await credentials()).toEqual(made)
    }
  })

  it('does not stumble over a lost one that somebody has revoked meanwhile', async () => {
    const { needs, infisical } = await installed()
    await ensureTenancy(needs)
    await needs.cluster.delete(kinds.secret, 'infisical-universal-auth', 'external-secrets')
    const { revokeClientSecret } = needs.session
    needs.session.revokeClientSecret = () => Promise.reject(new Error('killed'))
    await expect(ensureTenancy(needs)).rejects.toThrow('killed')
    needs.session.revokeClientSecret = revokeClientSecret
    infisical.clientSecrets.shift()
    infisical.calls.length = 0
    await ensureTenancy(needs)
    expect(infisical.calls).toEqual(['loginIdentity'])
    expect((await ensureTenancy(needs)).changed).toBe(false)
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

  it('can be taken back: every client secret of ours is revoked, and nobody else’s', async () => {
    const { needs, infisical } = await installed()
    await ensureTenancy(needs)
    const theirs = { id: 'theirs', identityId: 'id-external-secrets', value: 'v', description: 'by hand' }
    infisical.clientSecrets.push(theirs)
    infisical.identities.push({ id: 'bare', name: 'external-secrets', role: 'no-access', authMethods: [] })
    needs.session.clientSecrets = refuseFor('bare', needs.session.clientSecrets)
    expect(await revokeCredentials(needs.session)).toBe(1)
    expect(infisical.clientSecrets).toEqual([theirs])
    expect(await revokeCredentials(needs.session)).toBe(0)
  })

  it('is taken back with what the stores of teams log in with', async () => {
    const { needs, infisical } = await installed()
    const { session } = needs
    await ensureTenancy(needs)
    for (const name of ['external-secrets.talent-mesh.prod', 'ci.talent-mesh.prod']) {
      const id = await session.tenancy.createIdentity(name)
      await session.attachUniversalAuth({ id, role: 'no-access', authMethods: [] })
      await session.createClientSecret(id, 'ClusterSecretStore talent-mesh.prod, made by Sealift')
      await session.createClientSecret(id, 'by hand')
    }
    expect(await revokeCredentials(session)).toBe(2)
    expect(infisical.clientSecrets.map(({ description }) => description)).toEqual([
      'by hand',
      'ClusterSecretStore talent-mesh.prod, made by Sealift',
      'by hand',
    ])
  })

  it('is taken back where nobody can tell of teams’ stores', async () => {
    const { needs, infisical } = await installed()
    const { session } = needs
    await ensureTenancy(needs)
    const identities = async () => Promise.reject(refusal(500, 'it failed'))
    const failing = { ...session, tenancy: { ...session.tenancy, identities } }
    expect((await rejection(revokeCredentials(failing))).code).toBe('SERVER_FAILED')
    expect(infisical.clientSecrets).toEqual([])
  })
})

/** As the server does: an identity without universal auth has no list of client secrets. */
function refuseFor(
  identityId: string,
  list: InfisicalSession['clientSecrets'],
): InfisicalSession['clientSecrets'] {
  return async (id, description) => {
    if (id === identityId) throw refusal(400, 'The identity does not have universal auth')
    return await list(id, description)
  }
}
