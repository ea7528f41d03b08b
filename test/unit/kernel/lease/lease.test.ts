import { beforeEach, expect, test } from 'vitest'
import { takeLease } from '../../../../src/kernel/lease/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'

let cluster: MemoryCluster
let clock: ManualClock
let told: string[]

beforeEach(async () => {
  cluster = memoryCluster()
  clock = new ManualClock()
  told = []
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'sealift-system' } })
})

const take = (holder: string, signal = new AbortController().signal) =>
  takeLease({ cluster, clock, holder, signal, progress: detail => told.push(detail) })
const holder = async () =>
  (await cluster.get(kinds.lease, 'sealift', 'sealift-system'))?.['spec'] as Record<string, unknown>

/** Work that goes on until it is let go, or until its signal is aborted. */
function work() {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  return {
    end: () => resolve('done'),
    do: (signal: AbortSignal) => {
      signal.addEventListener('abort', () => reject(new Error('some step failed')))
      return promise
    },
  }
}

test('is held while work is done, renewed, and given back', async () => {
  const under = await take('ann')
  const job = work()
  const working = under(job.do)
  expect(await holder()).toEqual({
    holderIdentity: 'ann',
    leaseDurationSeconds: 20,
    acquireTime: '2026-01-01T00:00:00.000000Z',
    renewTime: '2026-01-01T00:00:00.000000Z',
  })
  await clock.advance(9)
  expect(await holder()).toMatchObject({
    acquireTime: '2026-01-01T00:00:00.000000Z',
    renewTime: '2026-01-01T00:00:08.000000Z',
  })
  job.end()
  expect(await working).toBe('done')
  expect(await holder()).toEqual({})
  await (await take('ben'))(async () => expect(await holder()).toMatchObject({ holderIdentity: 'ben' }))
})

test('is given back also when the work fails', async () => {
  const under = await take('ann')
  await expect(under(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await holder()).toEqual({})
})

test('of one who renews it is not taken: who has it is said', async () => {
  const job = work()
  const working = (await take('ann'))(job.do)
  await clock.advance(2)
  const refused = expect(take('ben')).rejects.toMatchObject({
    code: 'SITE_BUSY',
    message: 'ann is changing this site',
  })
  await clock.advance(4)
  await refused
  expect(told[0]).toBe('ann had it last: 20 s more to see whether it lives')
  job.end()
  await working
})

test('of one who was killed is taken over after 20 s, and not before', async () => {
  await take('ann') // never works under it, so never renews it
  let taken = false
  const taking = take('ben').then(under => {
    taken = true
    return under
  })
  await clock.advance(19)
  expect(taken).toBe(false)
  await clock.advance(1)
  await (await taking)(async () => expect(await holder()).toMatchObject({ holderIdentity: 'ben' }))
  expect(told.at(-1)).toBe('ann had it last: 1 s more to see whether it lives')
})

test.each([
  ['a free one', false],
  ['a dead one’s', true],
])('of two who want %s at the same moment one gets it', async (_, dead) => {
  if (dead) await take('zed')
  const job = work()
  const both = ['ann', 'ben'].map(async name => (await take(name))(job.do))
  const outcomes = Promise.allSettled(both)
  await clock.advance(25)
  job.end()
  expect((await outcomes).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  await expect(Promise.all(both)).rejects.toMatchObject({ code: 'SITE_BUSY' })
})

test('that was lost stops the work, and says who has it', async () => {
  const under = await take('ann')
  const job = work()
  const lost = expect(under(job.do)).rejects.toMatchObject({
    code: 'SITE_BUSY',
    message: 'ben is changing this site',
  })
  const metadata = { name: 'sealift', namespace: 'sealift-system' }
  await cluster.apply({ ...kinds.lease, metadata, spec: { holderIdentity: 'ben' } })
  await clock.advance(5)
  await lost
  expect(await holder()).toEqual({ holderIdentity: 'ben' })
})

test('that was lost while the work came to its end is an error all the same', async () => {
  const under = await take('ann')
  const metadata = { name: 'sealift', namespace: 'sealift-system' }
  const work = under(async signal => {
    await cluster.apply({ ...kinds.lease, metadata, spec: { holderIdentity: 'ben' } })
    while (!signal.aborted) await new Promise(setImmediate)
    return 'done'
  })
  const refused = expect(work).rejects.toMatchObject({ code: 'SITE_BUSY' })
  await clock.advance(6)
  await refused
})

test('of one with our name is not ours: another process on a machine that is called the same', async () => {
  const [first, job] = [await take('root@localhost'), work()]
  const lost = expect(first(job.do)).rejects.toMatchObject({ code: 'SITE_BUSY' })
  const metadata = { name: 'sealift', namespace: 'sealift-system' }
  const acquireTime = '2026-01-01T00:00:01.000000Z'
  await cluster.apply({ ...kinds.lease, metadata, spec: { holderIdentity: 'root@localhost', acquireTime } })
  await clock.advance(6)
  await lost
})

test('is given up after 15 s without an answer, before another one may have it', async () => {
  const under = await take('ann')
  const job = work()
  const lost = expect(under(job.do)).rejects.toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
    message: expect.stringContaining('has not answered for 15 s'),
  })
  await clock.advance(3)
  cluster.behaviour.denies = (_, { kind }) => kind === 'Lease'
  await clock.advance(12)
  await lost
})

test('that goes with its namespace is not lost: a removal ends so', async () => {
  const under = await take('ann')
  const job = work()
  const working = under(job.do)
  const waiting = expect(take('ben')).rejects.toMatchObject({
    code: 'SITE_BUSY',
    message: 'ann is changing this site',
  })
  await clock.advance(2)
  await cluster.delete(kinds.namespace, 'sealift-system')
  await clock.advance(30)
  job.end()
  expect(await working).toBe('done')
  await waiting
})

test('with an empty holder is nobody’s, and one with no spec neither', async () => {
  const metadata = { name: 'sealift', namespace: 'sealift-system' }
  for (const spec of [{ holderIdentity: '' }, undefined]) {
    await cluster.apply({ ...kinds.lease, metadata, ...(spec ? { spec } : {}) })
    await (await take('ann'))(async () => expect(await holder()).toMatchObject({ holderIdentity: 'ann' }))
  }
  expect(told).toEqual([])
})

test('is not taken after Ctrl-C', async () => {
  await expect(take('ann', AbortSignal.abort(new Error('Ctrl-C')))).rejects.toThrow('Ctrl-C')
  expect(await cluster.get(kinds.lease, 'sealift', 'sealift-system')).toBeUndefined()
})

test('survives a cluster that does not answer for a while', async () => {
  const under = await take('ann')
  const job = work()
  const working = under(job.do)
  cluster.behaviour.denies = (_, { kind }) => kind === 'Lease'
  await clock.advance(9)
  cluster.behaviour.denies = () => false
  await clock.advance(4)
  expect(await holder()).toMatchObject({ holderIdentity: 'ann', renewTime: '2026-01-01T00:00:10.000000Z' })
  job.end()
  expect(await working).toBe('done')
})

test('is not waited for after Ctrl-C', async () => {
  await take('ann')
  const stop = new AbortController()
  const taking = expect(take('ben', stop.signal)).rejects.toThrow('Ctrl-C')
  await clock.advance(3)
  stop.abort(new Error('Ctrl-C'))
  await taking
})
