/** cAdvisor's metrics behind real HTTP: which peaks are taken from them. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCluster } from '../../../../src/adapters/cluster/index.ts'

let metrics = ''
let status = 200
let server: Server
let dir = ''
beforeEach(async () => {
  status = 200
  dir = await mkdtemp(join(tmpdir(), 'sealift-peaks-test-'))
  server = createServer((request, response) => {
    const of: Record<string, unknown> = {
      '/api/v1': {
        ...{ kind: 'APIResourceList', groupVersion: 'v1' },
        resources: [{ name: 'nodes', singularName: '', kind: 'Node', namespaced: false, verbs: ['list'] }],
      },
      '/api/v1/nodes': { kind: 'NodeList', metadata: {}, items: [{ metadata: { name: 'n' } }] },
    }
    const [path = ''] = (request.url ?? '').split('?')
    if (path === '/api/v1/nodes/n/proxy/metrics/cadvisor') response.writeHead(status).end(metrics)
    else response.end(JSON.stringify(of[path] ?? {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'a' },
    clusters: [{ name: 'a', cluster: { server: address, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'a', user: { token: 'secret-token' } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
  }
  await writeFile(join(dir, 'kubeconfig'), JSON.stringify(config))
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await rm(dir, { recursive: true, force: true })
})

const peaks = () => createCluster({ kubeconfig: join(dir, 'kubeconfig'), environment: {} }).peaks()
const named = (container: string) =>
  `container="${container}",id="/kubepods/x",image="a",name="b",namespace="infisical",pod="infisical-1"`

test('the mark of a container is taken, with or without a time, exponent and all', async () => {
  metrics = [
    '# HELP container_memory_max_usage_bytes Maximum memory usage recorded in bytes',
    '# TYPE container_memory_max_usage_bytes gauge',
    `container_memory_max_usage_bytes{${named('infisical')}} 7.15128832e+08 1764489600000`,
    `container_memory_max_usage_bytes{ ${named('si"de'.replace('"', '\\"'))}, } 42`,
    `container_memory_working_set_bytes{${named('infisical')}} 5e+08`,
  ].join('\n')
  const place = { namespace: 'infisical', pod: 'infisical-1' }
  expect(await peaks()).toEqual([
    { ...place, container: 'infisical', memory: 715_128_832 },
    { ...place, container: 'si"de', memory: 42 },
  ])
})

test.each([
  ['a pod’s own cgroup', `container_memory_max_usage_bytes{${named('')}} 5`],
  ['a kernel that keeps no mark', `container_memory_max_usage_bytes{${named('infisical')}} 0`],
  ['no number', `container_memory_max_usage_bytes{${named('infisical')}} NaN`],
  ['nothing behind the labels', `container_memory_max_usage_bytes{${named('infisical')}}`],
  ['a line that is cut', `container_memory_max_usage_bytes{${named('infisical').slice(0, -3)}`],
  ['another metric that begins alike', `container_memory_max_usage_bytes_total{${named('infisical')}} 5`],
  ['the whole machine', 'container_memory_max_usage_bytes{id="/"} 5'],
])('of %s nothing is taken', async (_, text) => {
  metrics = `${text}\n`
  expect(await peaks()).toEqual([])
})

test('who may not ask is told so', async () => {
  status = 403
  metrics = JSON.stringify({
    kind: 'Status',
    message: 'nodes "n" is forbidden',
    reason: 'Forbidden',
    code: 403,
  })
  await expect(peaks()).rejects.toMatchObject({
    ...{ code: 'CLUSTER_DENIED', message: expect.stringContaining('nodes/proxy') },
  })
})
