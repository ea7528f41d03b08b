/** A site that an older Sealift has installed, begun or removed is taken up without a flag, and goes without a rest. */
import { beforeEach, describe, expect, test } from 'vitest'
import { readSite } from '../../../../src/kernel/inputs/site-file.ts'
import { kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { closeReceipt } from '../../../../src/site/install/index.ts'
import { check } from '../../../../src/site/verbs/check/index.ts'
import type { InstallResult } from '../../../../src/site/verbs/install/index.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sessionOf } from '../wire/memory.ts'
import { bundles, installOn, killed, namesOnNode, removeFrom } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'
import { asOlderSealift } from './older-site.ts'

let world: MemoryWorld
let host: SiteHost

beforeEach(async () => {
  world = await memoryWorld()
  host = world.host
})

const install = () => installOn(host, '1.0.0') as Promise<InstallResult>
const changedBy = async () => (await install()).steps.filter(({ skipped }) => !skipped).map(({ id }) => id)
const keysIn = async (namespace: string) =>
  (await world.cluster.get(kinds.secret, 'infisical-secrets', namespace))?.['data']

async function installed(): Promise<void> {
  await install()
  await asOlderSealift(world)
  const fits = { number: 160004, version: '16.4', encoding: 'UTF8', maximum: 100, reserved: 3, used: 10 }
  const answers = { ...fits, tables: 9, infisical: true }
  host = { ...host, database: { open: async () => sessionOf(answers) } }
}

/** Its install was killed before Infisical was up: its database holds nothing. */
async function begun(): Promise<void> {
  const upgrade = () => Promise.reject(killed)
  const early = { ...host, helmFrom: async () => ({ ...world.helm, upgrade }) }
  await expect(installOn(early, '1.0.0')).rejects.toBe(killed)
  await asOlderSealift(world)
}

/** Takes it away with all that belongs to it; gives what is said to be left, but of the services. */
async function purged(): Promise<string[]> {
  const { kept } = await removeFrom(host, '1.0.0', true)
  return kept.filter(one => !/^the database|Dragonfly/.test(one))
}

const rest = () =>
  world.cluster.objects().map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)
const untouched = ['Namespace /default', 'Namespace /kube-system', 'Secret default/database']

describe('one that was proven', () => {
  beforeEach(installed)

  test('is taken up with its keys, gets their copies, and is as it should be then', async () => {
    const keys = await keysIn('demo')
    const { admin } = world.infisical
    const [secret] = world.infisical.clientSecrets
    expect(await changedBy()).toEqual([
      'namespaces',
      'images',
      'database',
      'release-demo',
      'bootstrap',
      'proof',
      'escrow',
    ])
    expect(await keysIn('demo')).toEqual(keys)
    expect(await keysIn('sealift-system')).toEqual(keys)
    expect(world.infisical.admin).toEqual(admin)
    expect(world.infisical.clientSecrets).toEqual([secret])
    expect(world.infisical.identities.map(({ name }) => name)).toEqual(['external-secrets'])
    expect(await changedBy()).toEqual(['proof'])
  })

  test('leaves nothing after an install, a removal, an install and a purge', async () => {
    await install()
    await removeFrom(host, '1.0.0', false)
    await install()
    expect(await purged()).toEqual([])
    expect(rest()).toEqual(untouched)
    expect(await namesOnNode(world)).toEqual([])
  })

  test('leaves nothing after a removal by itself and a purge', async () => {
    await removeFrom(host, '1.0.0', false)
    expect(await purged()).toEqual([])
    expect(rest()).toEqual(untouched)
  })

  test('leaves nothing after a purge, which was killed before it took the namespaces', async () => {
    const real = world.cluster.delete
    world.cluster.delete = async (kind, name, ...more) => {
      if (kind.kind === 'Namespace') throw killed
      return real(kind, name, ...more)
    }
    await expect(purged()).rejects.toBe(killed)
    world.cluster.delete = real
    expect(await purged()).toEqual([])
    expect(rest()).toEqual(untouched)
  })

  test('leaves nothing where it was removed by the older Sealift', async () => {
    await closeReceipt(world.cluster, '2026-11-29T00:00:00.000Z')
    await install()
    expect(await purged()).toEqual([])
    expect(rest()).toEqual(untouched)
  })

  test.each(['demo', 'eso'])(
    'leaves nothing after an install that was killed at namespace %s',
    async name => {
      const real = world.cluster.apply
      world.cluster.apply = async object => {
        if (object.kind === 'Namespace' && object.metadata.name === name) throw killed
        return real(object)
      }
      await expect(install()).rejects.toBe(killed)
      world.cluster.apply = real
      await install()
      expect(await purged()).toEqual([])
      expect(rest()).toEqual(untouched)
    },
  )

  test('is checked as well as one of this version, and warned of pins that go', async () => {
    const { site } = await readSite('site.yaml', host.files)
    const bad = async () => {
      const { verdicts } = await check(0, site, host, recordedTalk())
      return verdicts.filter(({ ok }) => !ok).map(({ id }) => id)
    }
    const older = await bad()
    await install()
    const now = await bad()
    expect(older.filter(id => !now.includes(id))).toEqual(
      bundles['1.0.0'].lock.images.map(({ name }) => `image/${name}`),
    )
    expect(now.filter(id => !older.includes(id))).toEqual([])
  })

  test('keeps what was there before it', async () => {
    const labels = { 'app.kubernetes.io/managed-by': 'sealift' }
    const annotations = { 'sealift.dev/was-there-before': 'true' }
    await world.cluster.apply({ ...kinds.namespace, metadata: { name: 'eso', labels, annotations } })
    await install()
    expect(await purged()).toEqual(['namespace eso: it was there before'])
  })
})

test('one that has only begun is taken up with its keys, and leaves nothing', async () => {
  await begun()
  const keys = await keysIn('demo')
  await install()
  expect(await keysIn('demo')).toEqual(keys)
  expect(await purged()).toEqual([])
  expect(rest()).toEqual(untouched)
})

test.each([false, true])(
  'one that has only begun leaves nothing after a purge, with a removal before: %s',
  async before => {
    await begun()
    if (before) await removeFrom(host, '1.0.0', false)
    expect(await purged()).toEqual([])
    expect(rest()).toEqual(untouched)
  },
)

test('one that has only begun, and was removed by the older Sealift, is taken up with its keys', async () => {
  await begun()
  await closeReceipt(world.cluster, '2026-11-29T00:00:00.000Z')
  const keys = await keysIn('demo')
  await install()
  expect(await keysIn('demo')).toEqual(keys)
  // Nothing is left that shows whose they are.
  expect(await purged()).toEqual(['demo', 'eso'].map(name => `namespace ${name}: it was there before`))
})

describe('a namespace that only bears Sealift’s label', () => {
  const labels = { 'app.kubernetes.io/managed-by': 'sealift' }

  test('is left by a purge where nothing was installed', async () => {
    await world.cluster.apply({ ...kinds.namespace, metadata: { name: 'demo', labels } })
    expect(await purged()).toContain('namespace demo: no install is on record as having made it')
    expect(rest()).toContain('Namespace /demo')
  })

  test('is not taken for an older Sealift’s once that one’s are marked', async () => {
    await installed()
    await install()
    await world.cluster.delete(kinds.namespace, 'eso')
    await world.cluster.apply({ ...kinds.namespace, metadata: { name: 'eso', labels } })
    await install()
    expect(await purged()).toEqual(['namespace eso: it was there before'])
  })
})
