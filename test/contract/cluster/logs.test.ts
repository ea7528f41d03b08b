/** Logs through the real API server, from a kubelet of ours that shows what it was asked. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCluster } from '../../../src/adapters/cluster/index.ts'
import { type Cluster, kinds } from '../../../src/kernel/ports/index.ts'
import { type ApiServer, startApiServer } from '../../support/apiserver.ts'
import { type LogKubelet, startKubelet } from '../../support/kubelet.ts'

let api: ApiServer
let kubelet: LogKubelet
let cluster: Cluster
const line = '2026-11-29T12:00:00.123456789Z {"msg":"incoming request"}\n'

beforeAll(async () => {
  api = await startApiServer()
  cluster = createCluster({ kubeconfig: api.kubeconfig, environment: {} })
  kubelet = await startKubelet(cluster, () => line.repeat(3))
  await cluster.create({
    ...kinds.pod,
    metadata: { name: 'infisical-0', namespace: 'default' },
    spec: { nodeName: 'node-1', containers: [{ name: 'infisical', image: 'none.dev/none' }] },
  })
})
afterAll(async () => {
  await kubelet?.stop()
  await api?.stop()
})

const place = { namespace: 'default', pod: 'infisical-0', container: 'infisical' }
const lastAsked = () => {
  const url = kubelet.asked.at(-1)
  return [url?.pathname, Object.fromEntries(url?.searchParams ?? [])]
}

it('a log with times is asked for from a second on, up to a size', async () => {
  const since = new Date('2026-11-29T11:59:59.999Z')
  expect(await cluster.timedLog(place, 'present', 100, since)).toBe(line.repeat(3).slice(0, 100))
  expect(lastAsked()).toEqual([
    '/containerLogs/default/infisical-0/infisical',
    { limitBytes: '100', sinceTime: '2026-11-29T11:59:59Z', timestamps: 'true' },
  ])
})

it('and of the run before, from its beginning', async () => {
  expect(await cluster.timedLog(place, 'previous', 1000)).toBe(line.repeat(3))
  expect(lastAsked()[1]).toEqual({ limitBytes: '1000', previous: 'true', timestamps: 'true' })
})

it('last lines are asked for as a number', async () => {
  await cluster.logs('default', 'infisical-0', 'infisical', 5, 'present')
  expect(lastAsked()[1]).toEqual({ tailLines: '5' })
})
