import { describe, expect, test } from 'vitest'
import { openBundle } from '../../../../../src/bundle/layout/index.ts'
import type { RegistryFields } from '../../../../../src/kernel/inputs/index.ts'
import { secretObject } from '../../../../../src/kernel/owned/index.ts'
import type { PushTarget } from '../../../../../src/kernel/ports/index.ts'
import { chooseWay } from '../../../../../src/site/load/index.ts'
import { memoryCluster } from '../../../../support/memory-cluster.ts'
import { memorySource } from '../../../../support/memory-files.ts'
import { type MemoryRegistryPush, memoryRegistryPush } from '../../../../support/memory-registry-push.ts'
import { memoryRuntime } from '../../../../support/memory-runtime.ts'
import { RecordingClock } from '../../../../support/recording-clock.ts'
import { sampleDelta } from '../../../../support/sample-delta.ts'
import { wayHost } from '../../../../support/way-host.ts'
import { sample } from '../node.ts'

const runtime = memoryRuntime('amd64')
const cluster = memoryCluster()
const fields: RegistryFields = { host: 'registry.bank.example:5000', plainHttp: false }

async function wayTo(push: MemoryRegistryPush, file: Buffer, registry: RegistryFields = fields) {
  const source = memorySource(file)
  const targets: PushTarget[] = []
  const registryPush = (target: PushTarget) => {
    targets.push(target)
    return push
  }
  const host = {
    ...wayHost(),
    runtime,
    cluster,
    registryPush,
  }
  const bundle = await openBundle(source)
  return { way: chooseWay('registry', { load: { registry } }, host, source), bundle, targets }
}

async function load(push: MemoryRegistryPush, file: Buffer, registry: RegistryFields = fields) {
  const { way, bundle, targets } = await wayTo(push, file, registry)
  const told: string[] = []
  const progress: number[] = []
  const result = await way.load({
    ...{ bundle, clock: new RecordingClock(), signal: new AbortController().signal, say: () => {} },
    onProgress: ({ done, total }) => progress.push(done / total),
    tell: text => told.push(text),
    announce: async () => {},
  })
  return { result, told: told.join('\n'), progress, targets }
}

test('each blob is sent once, and what is shared is taken over; the end of the progress is all of it', async () => {
  const push = memoryRegistryPush()
  const { result, progress } = await load(push, sample.file)
  const sent = push.calls.filter(call => call.startsWith('uploaded')).map(call => call.replace(/.*@/, ''))
  expect(new Set(sent).size).toBe(sent.length)
  expect(push.calls.filter(call => call.startsWith('mounted'))).toHaveLength(1)
  expect(progress.at(-1)).toBe(1)
  expect(result.detail).toBe(
    '2 pushed to registry.bank.example:5000, 0 there before; 5 blobs sent, 1 taken over from other repositories',
  )
})

test('where nothing can be taken over, it is sent again', async () => {
  const push = memoryRegistryPush()
  push.mounting = false
  await load(push, sample.file)
  expect(push.calls.filter(call => call.startsWith('uploaded'))).toHaveLength(6)
  expect((await load(push, sample.file)).result.changed).toBe(false)
})

test('a blob that is gone from a registry is sent again, although its image is there', async () => {
  const push = memoryRegistryPush()
  await load(push, sample.file)
  const [gone = ''] = push.blobs.keys()
  push.blobs.delete(gone)
  push.calls.length = 0
  expect((await load(push, sample.file)).result).toMatchObject({ changed: true, loaded: [] })
  expect(push.calls).toHaveLength(1)
})

test('room says what is not there', async () => {
  const push = memoryRegistryPush()
  const { way, bundle } = await wayTo(push, sample.file)
  expect((await way.room(bundle)).detail).toMatch(/^5 blobs of .* are not in registry\.bank\.example:5000$/)
  await load(push, sample.file)
  expect((await way.room(bundle)).detail).toBe('all blobs are in registry.bank.example:5000')
})

describe('a delta', () => {
  const { older, delta } = sampleDelta()

  test('whose layer cannot be taken over within the registry is refused', async () => {
    const push = memoryRegistryPush()
    await load(push, older.file)
    push.mounting = false
    for (const [place] of [...push.blobs]) if (place.startsWith('external-secrets')) push.blobs.delete(place)
    await expect(load(push, delta)).rejects.toMatchObject({ code: 'BASE_MISSING' })
  })

  test('is looked at before anything is sent', async () => {
    const push = memoryRegistryPush()
    const { way, bundle } = await wayTo(push, delta)
    await expect(way.base(bundle)).rejects.toMatchObject({
      code: 'BASE_MISSING',
      message: expect.stringContaining('not in registry.bank.example:5000'),
    })
    expect(push.calls).toEqual([])
    await load(push, older.file)
    expect(await way.base(bundle)).toBe('its layers are in registry.bank.example:5000')
  })
})

describe('the login', () => {
  test('is read from its Secret, and only when it is needed', async () => {
    await cluster.apply(secretObject('default', 'login', { username: 'me', password: 'horse' }))
    const registry = { ...fields, credentials: { namespace: 'default', name: 'login' } }
    const { told, targets } = await load(memoryRegistryPush(), sample.file, registry)
    expect(targets).toEqual([
      expect.objectContaining({ host: fields.host, login: expect.objectContaining({ username: 'me' }) }),
    ])
    expect(told).not.toContain('horse')
  })
})
