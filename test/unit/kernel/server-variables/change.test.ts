import { describe, expect, test } from 'vitest'
import { managed } from '../../../../src/kernel/access/index.ts'
import { secretObject } from '../../../../src/kernel/owned/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import {
  type Asker,
  askedOf,
  ensureServerVariables,
  environmentIn,
  environmentMark,
  environmentSecret,
} from '../../../../src/kernel/server-variables/index.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'
import { RecordingClock } from '../../../support/recording-clock.ts'
import { rejection, secretIn } from '../../site/wire/memory.ts'

const place = { name: 'infisical', namespace: 'infisical' }
const keys = { ENCRYPTION_KEY: 'k', AUTH_SECRET: 'a' }
const more = { SMTP_HOST: 'mail' }
const internal = { ALLOW_INTERNAL_IP_CONNECTIONS: 'true' }
const sharing = (value: string) => ({ CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST: value })

/** An installed Infisical whose pods come up at once. */
async function installed() {
  const cluster = memoryCluster()
  for (const name of ['infisical', 'sealift-system'])
    await cluster.apply({ ...kinds.namespace, metadata: { name } })
  for (const name of ['sealift-system', 'infisical'])
    await cluster.apply(environmentSecret(name, { wired: keys, more }))
  const mark = { 'sealift.dev/environment': await environmentMark(cluster, 'infisical') }
  const spec = { replicas: 1, template: { metadata: { annotations: mark } } }
  await cluster.applyAs('helm', { ...kinds.deployment, metadata: place, spec } as never)
  const starts: string[] = []
  cluster.behaviour.react = async (object, self) => {
    if (object.kind !== 'Deployment') return
    starts.push(JSON.stringify(object['spec']))
    const status = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }
    await self.applyAs('controller', { ...kinds.deployment, metadata: place, status } as never)
  }
  const status = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }
  await cluster.applyAs('controller', { ...kinds.deployment, metadata: place, status } as never)
  starts.length = 0
  const restarting = {
    ...{ cluster, clock: new RecordingClock(), signal: new AbortController().signal, say: () => {} },
  }
  const ensure = (asker: Asker, wanted: object) =>
    ensureServerVariables(asker, wanted, 'infisical', restarting)
  const both = async () => [
    await secretIn(cluster, 'infisical', 'infisical-secrets'),
    await secretIn(cluster, 'sealift-system', 'infisical-secrets'),
  ]
  return { cluster, starts, restarting, ensure, both }
}

describe('variables that verbs for teams ask for', () => {
  test('reach both Secrets and the pod with one restart, and a second time with none', async () => {
    const { cluster, starts, ensure, both } = await installed()
    expect(await ensure('look', internal)).toBe(true)
    const wanted = { ...keys, ...more, ...internal }
    expect(await both()).toEqual([wanted, wanted])
    expect(starts).toHaveLength(1)
    expect(starts[0]).toContain(await environmentMark(cluster, 'infisical'))
    const before = cluster.objects().map(({ metadata }) => metadata['resourceVersion'])
    expect(await ensure('look', internal)).toBe(false)
    expect(cluster.objects().map(({ metadata }) => metadata['resourceVersion'])).toEqual(before)
  })

  test('of several are kept apart: one goes when nobody wants it any more, lists are joined', async () => {
    const { cluster, starts, ensure, both } = await installed()
    await ensure('look', { ...internal, ...sharing('org-2') })
    await ensure('identities', { ...internal, ...sharing('org-1,org-2') })
    expect(await askedOf(cluster)).toEqual({ ...internal, ...sharing('org-1,org-2') })
    expect(starts).toHaveLength(2)
    expect(await ensure('look', {})).toBe(false)
    expect(await askedOf(cluster)).toEqual({ ...internal, ...sharing('org-1,org-2') })
    expect(await ensure('identities', {})).toBe(true)
    expect(await askedOf(cluster)).toEqual({})
    expect(await both()).toEqual([
      { ...keys, ...more },
      { ...keys, ...more },
    ])
  })

  test('that nobody asks for write nothing, whatever the pods have started with', async () => {
    const { cluster, starts, ensure } = await installed()
    await cluster.applyAs('someone', secretObject('infisical', 'infisical-secrets', { EXTRA: 'theirs' }))
    const before = cluster.objects()
    expect(await ensure('look', {})).toBe(false)
    expect(cluster.objects()).toEqual(before)
    expect(starts).toEqual([])
  })

  test('leave alone what somebody else put into the Secret, and keys that differ', async () => {
    const { cluster, ensure, both } = await installed()
    await cluster.applyAs('someone', secretObject('infisical', 'infisical-secrets', { EXTRA: 'theirs' }))
    const odd = { ...keys, ENCRYPTION_KEY: 'other' }
    await cluster.apply(environmentSecret('sealift-system', { wired: odd, more }, { 'sealift.dev/x': 'y' }))
    await ensure('look', internal)
    expect(await both()).toEqual([
      { ...keys, ...more, ...internal, EXTRA: 'theirs' },
      { ...odd, ...more, ...internal },
    ])
    const copy = await cluster.get(kinds.secret, 'infisical-secrets', 'sealift-system')
    expect(copy?.metadata.annotations).toMatchObject({ 'sealift.dev/x': 'y' })
  })

  test('are gone on with where a run was killed before the restart', async () => {
    const { cluster, starts, restarting, ensure } = await installed()
    const killed = {
      ...cluster,
      get: async (...what: Parameters<typeof cluster.get>) => {
        if (what[0].kind === 'Deployment') throw new Error('killed')
        return cluster.get(...what)
      },
    }
    const broken = ensureServerVariables('look', internal, 'infisical', { ...restarting, cluster: killed })
    await expect(broken).rejects.toThrow('killed')
    expect(starts).toEqual([])
    expect(await ensure('look', internal)).toBe(true)
    expect(starts).toHaveLength(1)
  })

  test('that are taken back are taken back by a rerun, wherever a run was killed', async () => {
    for (const kind of ['Secret', 'Deployment']) {
      const { cluster, starts, restarting, ensure, both } = await installed()
      await ensure('look', internal)
      const apply: typeof cluster.apply = async object => {
        if (object.kind === kind) throw new Error('killed')
        return await cluster.apply(object)
      }
      const killed = { ...restarting, cluster: { ...cluster, apply } }
      await expect(ensureServerVariables('look', {}, 'infisical', killed)).rejects.toThrow('killed')
      // Whoever asks what was asked for finds that there is something to do.
      expect(await askedOf(cluster)).toEqual(internal)
      expect(await ensure('look', {})).toBe(true)
      expect(await both()).toEqual(Array(2).fill({ ...keys, ...more }))
      expect([await askedOf(cluster), starts.length]).toEqual([{}, 2])
    }
  })

  test('that nobody asks for any more are not Sealift’s when somebody else sets them', async () => {
    const { cluster, ensure } = await installed()
    for (const name of ['sealift-system', 'infisical'])
      await cluster.apply(environmentSecret(name, { wired: keys, more: {} }))
    await ensure('look', internal)
    await ensure('look', {})
    await cluster.applyAs('someone', secretObject('infisical', 'infisical-secrets', internal))
    expect(environmentIn(await cluster.get(kinds.secret, 'infisical-secrets', 'infisical'))?.more).toEqual({})
  })

  test('are waited for until the old pods are gone, which would still answer', async () => {
    const { cluster, restarting, ensure } = await installed()
    const told: string[] = []
    Object.assign(restarting, { say: (detail: string) => told.push(detail) })
    let left = 2
    cluster.behaviour.react = async (object, self) => {
      if (object.kind !== 'Deployment') return
      const status = { replicas: 2, updatedReplicas: 1, availableReplicas: 2 }
      await self.applyAs('controller', { ...kinds.deployment, metadata: place, status } as never)
    }
    restarting.clock.sleep = async () => {
      if (--left > 0) return
      cluster.behaviour.react = async () => {}
      const status = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }
      await cluster.applyAs('controller', { ...kinds.deployment, metadata: place, status } as never)
    }
    expect(await ensure('look', internal)).toBe(true)
    expect(told).toEqual(Array(2).fill('Deployment infisical: 1 of its old pods still there'))
  })

  test('stay set where the pods do not come up, which is told with what to do; a rerun waits for them', async () => {
    const { cluster, restarting, ensure, starts } = await installed()
    cluster.behaviour.react = async object => {
      if (object.kind === 'Deployment') starts.push('one that stays pending')
      const status = { replicas: 2, updatedReplicas: 1, availableReplicas: 1 }
      if (object.kind === 'Deployment')
        await cluster.applyAs('controller', { ...kinds.deployment, metadata: place, status } as never)
    }
    const error = await rejection(ensure('look', internal))
    expect([error.code, error.hints]).toEqual(['HELM_FAILED', [expect.stringMatching(/^what was set stays/)]])
    cluster.behaviour.react = async () => {}
    const status = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }
    await cluster.applyAs('controller', { ...kinds.deployment, metadata: place, status } as never)
    expect(await ensure('look', internal)).toBe(false)
    expect([await askedOf(cluster), starts.length > 0]).toEqual([internal, true])
    expect(restarting.clock.now()).toBeGreaterThan(600_000)
  })

  test('want an Infisical that Sealift installed', async () => {
    const { cluster, ensure } = await installed()
    await cluster.delete(kinds.secret, 'infisical-secrets', 'infisical')
    await cluster.create({
      ...secretObject('infisical', 'infisical-secrets', {}),
      metadata: { ...place, name: 'infisical-secrets' },
    })
    expect((await rejection(ensure('look', internal))).code).toBe('NOT_INSTALLED')
    expect(await cluster.get(kinds.configMap, 'infisical-variables', 'sealift-system')).toBeUndefined()
  })

  test('are read from a ConfigMap of Sealift’s alone, and only those that are known', async () => {
    const { cluster } = await installed()
    const data = { 'look.NODE_OPTIONS': '--inspect', 'look.ALLOW_INTERNAL_IP_CONNECTIONS': 'true' }
    const metadata = { name: 'infisical-variables', namespace: 'sealift-system' }
    await cluster.create({ ...kinds.configMap, metadata, data })
    expect(await askedOf(cluster)).toEqual({})
    await cluster.apply({ ...kinds.configMap, metadata: { ...metadata, labels: managed }, data })
    expect(await askedOf(cluster)).toEqual(internal)
  })

  test('that nobody asks for, or whose value is none of theirs, are nothing and go', async () => {
    const { cluster, ensure, both } = await installed()
    const data = {
      'somebody.ALLOW_INTERNAL_IP_CONNECTIONS': 'true',
      'login.x.ALLOW_INTERNAL_IP_CONNECTIONS': 'true',
      'login.ALLOW_INTERNAL_IP_CONNECTIONS': 'false',
      'look.CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST': 'org-1, *',
    }
    const metadata = { name: 'infisical-variables', namespace: 'sealift-system', labels: managed }
    await cluster.apply({ ...kinds.configMap, metadata, data })
    expect(await askedOf(cluster)).toEqual({})
    await ensure('look', sharing('org'))
    const wanted = { ...keys, ...more, ...sharing('org') }
    expect(await both()).toEqual([wanted, wanted])
  })
})
