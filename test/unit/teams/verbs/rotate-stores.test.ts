import { beforeEach, describe, expect, test } from 'vitest'
import { newCredentials, operatorPlace, secretObject } from '../../../../src/kernel/owned/index.ts'
import { kinds, Secret } from '../../../../src/kernel/ports/index.ts'
import { rotateStoresAlone, rotationFault } from '../../../../src/teams/verbs/rotate-stores.ts'
import { outputs } from '../../../support/outputs.ts'
import { secretIn } from '../../site/wire/memory.ts'
import { type StoresSite, serving, storesSite } from './stores-site.ts'

let site: StoresSite
const wanted = serving({ 'talent-mesh.prod': ['talent-mesh'], 'hr-platform.dev': ['hr'] })
const secrets = ['talent-mesh.prod', 'hr-platform.dev'].map(store => `infisical-universal-auth.${store}`)

beforeEach(async () => {
  site = await storesSite()
  await site.apply(wanted)
})

const kept = async (name: string) => (await secretIn(site.cluster, 'external-secrets', name)) ?? {}
const rotate = async (host: typeof site.host = site.host) =>
  outputs['rotate-stores'].parse(await rotateStoresAlone('bank', host, site.talk))
async function logsIn(name: string): Promise<boolean> {
  const { clientId = '', clientSecret = '' } = await kept(name)
  return await site.host
    .infisical('')
    .loginIdentity({ clientId, clientSecret: new Secret(clientSecret) })
    .then(
      () => true,
      () => false,
    )
}

describe('rotate stores', () => {
  test('gives each another client secret that logs in, and revokes the one before', async () => {
    const before = await Promise.all(secrets.map(kept))
    const { rotated, unmet } = await rotate()
    expect(unmet).toEqual([])
    expect(rotated).toEqual(
      ['hr-platform.dev', 'talent-mesh.prod'].map(store => ({
        secret: `external-secrets/infisical-universal-auth.${store}`,
        ...{ identity: `external-secrets.${store}`, revoked: 1 },
      })),
    )
    for (const [at, name] of secrets.entries()) {
      const { clientId, clientSecret } = await kept(name)
      expect(clientId).toBe(before[at]?.['clientId'])
      expect(clientSecret).not.toBe(before[at]?.['clientSecret'])
      expect(await logsIn(name)).toBe(true)
    }
    const told = JSON.stringify([site.talk.steps, site.talk.told])
    for (const name of secrets) expect(told).not.toContain((await kept(name))['clientSecret'])
    expect((await site.plan(wanted)).differences).toEqual([])
  })

  test('lets every login on the way succeed: at each write what the Secret holds logs in', async () => {
    const { react } = site.cluster.behaviour
    const tried: boolean[] = []
    site.cluster.behaviour.react = async (object, cluster) => {
      await react?.(object, cluster)
      if (object.kind === 'Secret') for (const name of secrets) tried.push(await logsIn(name))
    }
    const sleeping = site.clock.sleep.bind(site.clock)
    site.clock.sleep = async milliseconds => {
      for (const name of secrets) tried.push(await logsIn(name))
      await sleeping(milliseconds)
    }
    await rotate()
    expect(tried.length).toBeGreaterThan(8)
    expect(tried).not.toContain(false)
    expect(site.clock.sleeps).toContain(10_000)
  })

  test('goes on where it was killed before it revoked, with the client secrets that are stored', async () => {
    site.clock.sleep = async () => {
      throw new Error('killed')
    }
    await expect(rotate()).rejects.toThrow('killed')
    const stored = await Promise.all(secrets.map(kept))
    site.clock.sleep = async () => {}
    const { rotated } = await rotate()
    expect(rotated.map(({ revoked }) => revoked)).toEqual([1, 1])
    expect(await Promise.all(secrets.map(kept))).toEqual(stored)
  })

  test('revokes what a run has made that was killed before it stored it', async () => {
    const { apply } = site.cluster
    const killed = {
      ...site.cluster,
      apply: async (object: Parameters<typeof apply>[0]) => {
        if (object.kind === 'Secret') throw new Error('killed')
        return await apply(object)
      },
    }
    await expect(rotate({ ...site.host, cluster: killed })).rejects.toThrow('killed')
    for (const name of secrets) expect(await logsIn(name)).toBe(true)
    expect((await rotate()).rotated.map(({ revoked }) => revoked)).toEqual([2, 2])
  })

  test('takes the install’s own as well, and leaves Secrets of others and without a client secret', async () => {
    const { infisical, cluster } = site
    const session = await infisical.login('admin@site.local', new Secret('admins-own-password'))
    const id = await site.server.createIdentity('external-secrets')
    const identity = { id, role: 'no-access', authMethods: [] }
    await newCredentials(cluster, session, operatorPlace('external-secrets'), identity)
    await cluster.apply(secretObject('external-secrets', 'infisical-universal-auth.a.b', { identityId: 'x' }))
    const foreign = { name: 'infisical-universal-auth.c.d', namespace: 'external-secrets' }
    await cluster.create({ ...kinds.secret, metadata: foreign, data: { clientSecret: 'eA==' } })
    const { rotated, unmet } = await rotate()
    expect([rotated.map(({ secret }) => secret.split('/')[1]), unmet]).toEqual([
      ['infisical-universal-auth', ...secrets.toReversed()],
      [],
    ])
  })

  test('tells of an identity that is gone, and does the others', async () => {
    const [gone] = await site.server.identities().then(all => all.filter(({ name }) => name.endsWith('.dev')))
    await site.infisical
      .login('admin@site.local', new Secret('admins-own-password'))
      .then(session => session.deleteIdentity(gone?.id ?? ''))
    const result = await rotate()
    expect(result.rotated.map(({ identity }) => identity)).toEqual(['external-secrets.talent-mesh.prod'])
    expect(result.unmet).toEqual([
      {
        name: 'Secret external-secrets/infisical-universal-auth.hr-platform.dev',
        why: expect.stringContaining(`the server has no identity ${gone?.id}`),
      },
    ])
    expect(rotationFault(result)).toMatchObject({
      code: 'SERVER_FAILED',
      message: '1 of 2 logins are as they were',
    })
    expect(rotationFault({ ...result, unmet: [] })).toBeUndefined()
  })
})
