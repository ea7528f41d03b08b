import { expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { isStopped, stopInfisical } from '../../../../src/site/pause/index.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'

const labels = { app: 'infisical' }
const deployment = {
  ...kinds.deployment,
  metadata: { name: 'infisical', namespace: 'default' },
  spec: { replicas: 2, selector: { matchLabels: labels } },
}
const pod = (name: string, more: object = {}) => ({
  ...kinds.pod,
  metadata: { name, namespace: 'default', labels },
  ...more,
})

async function running() {
  const [cluster, clock] = [memoryCluster(), new ManualClock()]
  await cluster.applyAs('helm', deployment)
  await cluster.apply(pod('infisical-1'))
  await cluster.apply(
    pod('another', { metadata: { name: 'another', namespace: 'default', labels: { app: 'x' } } }),
  )
  await cluster.apply(pod('infisical-0', { status: { phase: 'Succeeded' } }))
  const said: string[] = []
  const stop = () =>
    stopInfisical({ cluster, clock }, 'default', {
      signal: new AbortController().signal,
      say: text => void said.push(text),
    })
  return { cluster, clock, said, stop }
}

test('no pod is wanted any more, and the end of those that are there is waited for', async () => {
  const { cluster, clock, said, stop } = await running()
  const stopping = stop()
  await clock.advance(1)
  expect(await isStopped(cluster, 'default')).toBe(true)
  expect(said.at(-1)).toBe('waiting for the end of infisical-1')
  await cluster.delete(kinds.pod, 'infisical-1', 'default')
  await clock.advance(1)
  expect(await stopping).toBe(true)
  // What was stopped before is as it should be.
  expect(await stop()).toBe(false)
})

test('what helm makes of it then has its pods again', async () => {
  const { cluster, clock, stop } = await running()
  await cluster.delete(kinds.pod, 'infisical-1', 'default')
  const stopping = stop()
  await clock.advance(1)
  await stopping
  await cluster.applyAs('helm', deployment)
  expect(await isStopped(cluster, 'default')).toBe(false)
})

test('a pod that does not end is named', async () => {
  const { clock, stop } = await running()
  const ended = expect(stop()).rejects.toMatchObject({
    code: 'CLUSTER_FAILED',
    message: 'pods of Infisical do not end within 120 s',
    faults: ['pod default/infisical-1'],
  })
  await clock.advance(125)
  await ended
})

test('where there is no server, none is stopped', async () => {
  const cluster = memoryCluster()
  const watch = { signal: new AbortController().signal, say: () => {} }
  expect(await stopInfisical({ cluster, clock: new ManualClock() }, 'default', watch)).toBe(false)
  expect(await isStopped(cluster, 'default')).toBe(false)
})

test('pods have the time that their Deployment gives them, and their node some more', async () => {
  const { cluster, clock, stop } = await running()
  const spec = { ...deployment.spec, template: { spec: { terminationGracePeriodSeconds: 300 } } }
  await cluster.applyAs('helm', { ...deployment, spec })
  const ended = expect(stop()).rejects.toThrow('pods of Infisical do not end within 390 s')
  await clock.advance(395)
  await ended
})
