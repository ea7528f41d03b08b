import { expect, test } from 'vitest'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { tellingTrouble } from '../../../../../src/site/verbs/install/while-waiting.ts'
import { memoryCluster } from '../../../../support/memory-cluster.ts'

/** Waits a little, whatever it is told. */
const clock = { now: () => 0, sleep: () => new Promise<void>(resolve => setTimeout(resolve, 1)) }
const talk = { signal: new AbortController().signal }

/** A cluster in which a ReplicaSet's pod is refused. */
async function refusing() {
  const cluster = memoryCluster()
  const replicaSet = {
    ...kinds.replicaSet,
    metadata: { name: 'app', namespace: 'default' },
    spec: { replicas: 1 },
  }
  await cluster.apply(replicaSet)
  await cluster.create({
    ...kinds.event,
    metadata: { name: 'app.1', namespace: 'default' },
    reason: 'FailedCreate',
    message: 'pods "app-1" is forbidden: violates PodSecurity "restricted:latest"',
    involvedObject: { kind: 'ReplicaSet', name: 'app' },
  })
  return cluster
}

test('why pods cannot be made is told while the work waits for them, and no longer', async () => {
  const said: string[] = []
  const heard = Promise.withResolvers<void>()
  const say = (detail: string) => {
    said.push(detail)
    heard.resolve()
  }
  const host = { cluster: await refusing(), clock }
  const done = await tellingTrouble(host, 'default', { ...talk, say }, async () => {
    await heard.promise
    return 'done'
  })
  expect(done).toBe('done')
  expect(said[0]).toBe(
    'ReplicaSet app cannot make pods: pods "app-1" is forbidden: violates PodSecurity "restricted:latest"',
  )
  const before = said.length
  await new Promise(resolve => setTimeout(resolve, 20))
  expect(said).toHaveLength(before)
})

test('what a pod waits for is told as it changes, each once', async () => {
  const cluster = memoryCluster()
  const pod = (reason: string) =>
    cluster.apply({
      ...kinds.pod,
      metadata: { name: 'app', namespace: 'default' },
      status: { containerStatuses: [{ name: 'main', state: { waiting: { reason } } }] },
    })
  await pod('ContainerCreating')
  const said: string[] = []
  const heard = Promise.withResolvers<void>()
  const say = (detail: string) => {
    said.push(detail)
    if (said.length === 2) heard.resolve()
    else void pod('ErrImageNeverPull')
  }
  await tellingTrouble({ cluster, clock }, 'default', { ...talk, say }, () => heard.promise)
  expect(said).toEqual(['pod app: ContainerCreating', 'pod app, main: ErrImageNeverPull'])
})

test('a cluster that cannot be asked meanwhile is no error of the work', async () => {
  const cluster = { ...(await refusing()), list: () => Promise.reject(new Error('gone')) }
  const host = { cluster, clock }
  const working = tellingTrouble(host, 'default', { ...talk, say: () => {} }, async () => {
    await new Promise(resolve => setTimeout(resolve, 20))
    throw new Error('the work’s own')
  })
  await expect(working).rejects.toThrow('the work’s own')
})

test('work that is not worth waiting for is told to stop, and why is the error', async () => {
  const cluster = memoryCluster()
  let asked = 0
  const hopeless = async () => (++asked < 3 ? undefined : 'it has ended 3 times')
  const work = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
  const working = tellingTrouble({ cluster, clock }, 'demo', { ...talk, say: () => {}, hopeless }, work)
  await expect(working).rejects.toMatchObject({
    code: 'HELM_FAILED',
    message: 'what was to come up in demo does not: it has ended 3 times',
    cause: { message: 'stopped' },
  })
  expect(asked).toBe(3)
})

test('what fails by itself, or whose user asks to stop, ends with its own error', async () => {
  const cluster = memoryCluster()
  const stop = new AbortController()
  const meanwhile = { signal: stop.signal, say: () => {}, hopeless: async () => undefined }
  const working = tellingTrouble({ cluster, clock }, 'demo', meanwhile, async () => {
    stop.abort()
    throw new Error('interrupted')
  })
  await expect(working).rejects.toThrow('interrupted')
})
