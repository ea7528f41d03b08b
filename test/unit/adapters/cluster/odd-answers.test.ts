/** A Kubernetes API whose answers have every field in every odd form, behind real HTTP; and odd kubeconfigs. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createCluster } from '../../../../src/adapters/cluster/index.ts'
import { connect } from '../../../../src/adapters/cluster/kubeconfig.ts'
import { type Cluster, kinds } from '../../../../src/kernel/ports/index.ts'
import { printYaml } from '../../../../src/kernel/yaml/index.ts'
import { wronglyTaken } from '../../../support/odd-fields.ts'

type Answers = Readonly<Record<string, unknown>>

let answers: Answers = {}
let status = 200
let server: Server
let dir = ''
let address = ''

const kubeconfig = () => ({
  ...{ apiVersion: 'v1', kind: 'Config', preferences: {}, 'current-context': 'a' },
  clusters: [
    { name: 'a', cluster: { server: address, 'insecure-skip-tls-verify': true, 'tls-server-name': 'x' } },
    { name: 'b', cluster: { server: 'https://b.example', 'certificate-authority-data': 'eA==' } },
  ],
  users: [
    { name: 'a', user: { token: 'secret-token' } },
    { name: 'b', user: { 'client-certificate-data': 'eA==', 'client-key-data': 'eA==' } },
  ],
  contexts: [
    { name: 'a', context: { cluster: 'a', user: 'a', namespace: 'x' } },
    { name: 'b', context: { cluster: 'b', user: 'b' } },
  ],
})

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealift-odd-test-'))
  status = 200
  server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    const answer = JSON.stringify(answers[path] ?? null)
    response.writeHead(path.endsWith('/a') || path.startsWith('/api/v1/nodes/') ? status : 200).end(answer)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await writeFile(join(dir, 'kubeconfig'), printYaml(kubeconfig()))
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await rm(dir, { recursive: true, force: true })
})

const resources = {
  ...{ kind: 'APIResourceList', groupVersion: 'v1' },
  resources: [
    { name: 'configmaps', singularName: 'configmap', kind: 'ConfigMap', namespaced: true, verbs: ['get'] },
    { name: 'nodes', singularName: '', kind: 'Node', namespaced: false, shortNames: ['no'] },
  ],
}
const labels = { labels: { a: 'b' }, annotations: { c: 'd' }, ownerReferences: [], managedFields: [] }
const object = { metadata: { name: 'a', namespace: 'default', ...labels }, data: { x: 'y' } }
const list = { kind: 'ConfigMapList', metadata: { continue: '', remainingItemCount: 0 }, items: [object] }
const maps = '/api/v1/namespaces/default/configmaps'
const summary = {
  node: { nodeName: 'n' },
  pods: [
    {
      podRef: { name: 'p', namespace: 'x', uid: 'u' },
      containers: [{ name: 'c', cpu: { usageNanoCores: 5e6 }, memory: { workingSetBytes: 7 }, rootfs: {} }],
    },
  ],
}
const refusal = {
  ...{ kind: 'Status', status: 'Failure', message: 'no', reason: 'Invalid', code: 422 },
  details: { name: 'a', causes: [{ field: 'x' }] },
}

const calls: readonly (readonly [string, Answers, (cluster: Cluster) => unknown, RegExp])[] = [
  ['its version', { '/version': { gitVersion: 'v1', major: '1' } }, ({ info }) => info(), /major/],
  [
    'an object',
    { '/api/v1': resources, [`${maps}/a`]: object },
    ({ get }) => get(kinds.configMap, 'a'),
    /resources\.(0\.(singularName|verbs)|1)|groupVersion|\/v1\.kind/,
  ],
  [
    'a list',
    { '/api/v1': resources, [maps]: list },
    ({ list }) => list(kinds.configMap, 'default'),
    /metadata\.remaining|configmaps\.(kind|metadata$)/,
  ],
  [
    'what is used',
    {
      '/api/v1': resources,
      '/api/v1/nodes': { items: [{ metadata: { name: 'n' } }] },
      '/api/v1/nodes/n/proxy/stats/summary': summary,
    },
    ({ usage }) => usage(),
    /summary\.node\b|rootfs|uid/,
  ],
  [
    'a refusal',
    { '/api/v1': resources, [`${maps}/a`]: refusal },
    async ({ get }) => {
      status = 422
      return get(kinds.configMap, 'a').catch((error: { code: string }) => error.code)
    },
    /configmaps\/a/,
  ],
]

it.each(calls)('%s may be told with any field in any odd form', async (_, sound, call, unused) => {
  const wrong = await wronglyTaken(
    sound,
    document => {
      answers = document as Answers
      return call(createCluster({ kubeconfig: join(dir, 'kubeconfig'), environment: {} }))
    },
    // What an object holds passes as it came.
    { unused, telling: /data\.x$/ },
  )
  expect(wrong).toEqual([])
})

it('reads a kubeconfig whose fields come in any odd form, and needs none of other contexts', async () => {
  answers = { '/version': { gitVersion: 'v1' } }
  const path = join(dir, 'odd')
  const wrong = await wronglyTaken(
    kubeconfig(),
    async document => {
      await writeFile(path, JSON.stringify(document))
      return (await connect({ kubeconfig: path, environment: {} })).server
    },
    {
      unused: /^(apiVersion|kind|preferences)|^(clusters|users|contexts)\.1|namespace|tls-server/,
      named: /odd/,
    },
  )
  expect(wrong).toEqual([])
})
