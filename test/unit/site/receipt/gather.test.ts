import { gzipSync } from 'node:zlib'
import { beforeEach, expect, test } from 'vitest'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { type Cluster, kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { siteJournal, writeReceipt } from '../../../../src/site/install/index.ts'
import { gatherReceipt, siteReceipt } from '../../../../src/site/receipt/index.ts'
import { receipt as receiptOf } from '../../../../src/site/verbs/receipt.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { memoryNodes } from '../../../support/memory-nodes.ts'
import { memoryRuntime } from '../../../support/memory-runtime.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { bundles, memorySite, proven } from '../verbs/memory-site.ts'

let cluster: MemoryCluster
let host: SiteHost
const { lock } = bundles['1.0.0']
const run = {
  ...{ by: 'ann@node1', sealift: '0.1.0', started: '2026-11-28T23:59:00.000Z' },
  steps: [{ id: 'images', title: 'Load', skipped: false, detail: 'all', startedAfter: 0, milliseconds: 7 }],
}
beforeEach(async () => {
  ;({ cluster, host } = await memorySite())
  for (const name of ['sealift-system', 'demo'])
    await cluster.apply({ ...kinds.namespace, metadata: { name } })
})

async function gathered(): Promise<ReturnType<typeof siteReceipt.parse>> {
  return siteReceipt.parse(await gatherReceipt(host, '0.2.0', recordedTalk()))
}

const record = (release: string, namespace: string, revision: number, data: unknown, status = 'deployed') =>
  cluster.apply({
    ...kinds.secret,
    metadata: {
      ...{ name: `sh.helm.release.v1.${release}.v${revision}`, namespace },
      labels: { owner: 'helm', name: release, status, version: String(revision) },
    },
    data: { release: data },
  })
const packed = (content: unknown) =>
  Buffer.from(gzipSync(JSON.stringify(content)).toString('base64')).toString('base64')
const manifest = `---
apiVersion: v1
kind: Secret
metadata: { name: own, namespace: other }
stringData: { password: word }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
`
const node = (name: string, status: object) =>
  cluster.apply({ ...kinds.node, metadata: { name, labels: { 'kubernetes.io/hostname': name } }, status })
const nodeInfo = {
  architecture: 'amd64',
  kubeletVersion: 'v1.36.2+k3s1',
  containerRuntimeVersion: 'containerd://2.3.2',
}

test('tells what the site has on record, who wrote it down, and what could not be told', async () => {
  await writeReceipt(cluster, { ...proven, lock, run })
  const found = await gathered()
  expect(found).toMatchObject({
    ...{ site: 'bank-prod', proven: proven.at, run, kubernetes: 'v1.35.4' },
    bundle: { name: 'sample', version: '1.0.0', digest: proven.bundle, key: 'unsigned' },
    written: { by: 'root@node1, process 1', sealift: '0.2.0' },
    ...{ nodes: [], budget: { declaredFits: true } },
  })
  expect(found).not.toHaveProperty('allocatable')
  expect(found.untold).toEqual(
    lock.charts.map(
      ({ release }) => `the objects of release ${release}: helm has no record of it that can be read`,
    ),
  )
})

test('names the objects of the newest revision that is deployed, and nothing that is in them', async () => {
  await writeReceipt(cluster, { ...proven, lock, run })
  await record('demo', 'demo', 9, packed({ manifest: 'apiVersion: v1\nkind: Old\nmetadata: { name: old }' }))
  await record('demo', 'demo', 10, packed({ manifest, config: { password: 'word' } }))
  await record('demo', 'demo', 11, packed({ manifest: '' }), 'failed')
  const found = await gathered()
  expect(found.releases[0]).toEqual({
    ...{ release: 'demo', namespace: 'demo', chart: 'demo', version: '1.2.3', revision: 10 },
    objects: [
      { apiVersion: 'v1', kind: 'Secret', namespace: 'other', name: 'own' },
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    ],
  })
  expect(JSON.stringify(found)).not.toContain('word')
})

test.each([
  ['nothing', ''],
  ['no gzip', Buffer.from(Buffer.from('text').toString('base64')).toString('base64')],
  ['no manifest', packed({})],
  ['null', packed(null)],
  ['no YAML', packed({ manifest: 'a: [' })],
  ['more than a Secret can hold of an honest one', packed({ manifest: manifest + '#'.repeat(33 * 2 ** 20) })],
])('a record of helm that holds %s is none', async (_, data) => {
  await writeReceipt(cluster, { ...proven, lock, run })
  await record('demo', 'demo', 1, data)
  const found = await gathered()
  expect(found.releases[0]).not.toHaveProperty('objects')
  expect(found.untold[0]).toMatch(/^the objects of release demo: /)
})

test('tells of this node by its runtime, of others by what the API knows', async () => {
  await writeReceipt(cluster, { ...proven, lock, run })
  const [image] = lock.images
  const images = [{ names: [`docker.io/other@${image?.digest}`] }]
  await node('node1', { nodeInfo, allocatable: { memory: '2Gi', cpu: '2' } })
  await node('node2', { nodeInfo, images, allocatable: { memory: '1Gi', cpu: '500m' } })
  await node('node3', { nodeInfo, allocatable: { memory: '1Gi', cpu: '500m' } })
  const found = await gathered()
  expect(found.nodes.map(({ name, images }) => [name, images[0]?.state])).toEqual([
    ['node1', 'absent'],
    ['node2', 'present'],
    ['node3', 'untold'],
  ])
  expect(found.nodes[0]).toMatchObject({ kubelet: 'v1.36.2+k3s1', runtime: 'containerd://2.3.2' })
  expect(found.allocatable).toEqual({ memory: 4 * 2 ** 30, cpu: 3000 })
})

test('of each node by its containerd where images came through the cluster', async () => {
  const [one, two] = [memoryRuntime('amd64'), memoryRuntime('amd64')]
  const nodes = memoryNodes({ node1: one, node2: two }, 'linux/amd64', 'nobody')
  host = { ...host, runtime: undefined, nodes }
  await node('node1', {})
  await node('node2', {})
  const states = async () => (await gathered()).nodes.map(({ images }) => images[0]?.state)
  await writeReceipt(cluster, { ...proven, lock, run, load: 'cluster' })
  expect(await states()).toEqual(['absent', 'absent'])
  expect(nodes.closed).toBe(1)
  await writeReceipt(cluster, { ...proven, lock, run, load: 'registry' })
  expect(await states()).toEqual(['untold', 'untold'])
})

test('tells how each image is in this node’s runtime', async () => {
  await writeReceipt(cluster, { ...proven, lock, run })
  await node('node1', {})
  const [{ name = '', digest } = {}] = lock.images
  if (digest === undefined) throw new Error('the sample has an image')
  const there = { name, digest, pinned: true, complete: true, unpacked: true }
  const states = []
  for (const change of [
    {},
    { pinned: false },
    { complete: false },
    { digest: proven.bundle },
    { name: 'x' },
  ]) {
    const runtime = { ...host.runtime, images: async () => [{ ...there, ...change }] } as SiteHost['runtime']
    const found = await gatherReceipt({ ...host, runtime }, '', recordedTalk())
    states.push(found.nodes[0]?.images[0]?.state)
  }
  expect(states).toEqual(['pinned', 'unpinned', 'incomplete', 'other', 'absent'])
})

test('what may not be read is untold, and no error', async () => {
  await writeReceipt(cluster, { ...proven, lock, run })
  cluster.behaviour.denies = (_, { kind }) => ['Node', 'Secret'].includes(kind)
  const found = await gathered()
  expect(found.untold.map(line => line.split(': ')[0])).toEqual([
    ...lock.charts.map(({ release }) => `the objects of release ${release}`),
    'the nodes',
  ])
})

test('an API server that fails is an error', async () => {
  await writeReceipt(cluster, { ...proven, lock, run })
  const failing: Cluster = { ...cluster, list: () => Promise.reject(new Error('gone')) }
  await expect(gatherReceipt({ ...host, cluster: failing }, '', recordedTalk())).rejects.toThrow('gone')
})

test('of a receipt that an older Sealift wrote, the steps are those of the journal', async () => {
  await writeReceipt(cluster, { ...proven, lock })
  const { add } = siteJournal(cluster, host.files, 'journal')
  const entry = { bundle: proven.bundle, site: proven.bundle, detail: 'done' }
  await add({ ...entry, step: 'images', at: '2026-11-29T00:00:10.000Z', milliseconds: 9000 })
  await add({ ...entry, step: 'proof', at: '2026-11-29T00:00:12.000Z', milliseconds: 1000 })
  expect((await gathered()).run).toEqual({
    started: '2026-11-29T00:00:01.000Z',
    steps: [
      { id: 'images', title: 'images', skipped: false, detail: 'done', startedAfter: 0, milliseconds: 9000 },
      {
        id: 'proof',
        title: 'proof',
        skipped: false,
        detail: 'done',
        startedAfter: 10_000,
        milliseconds: 1000,
      },
    ],
  })
})

test.each([
  ['no time', { at: 'soon', milliseconds: 1 }],
  ['a time before all times', { at: '2026-11-29T00:00:10.000Z', milliseconds: 1e300 }],
  ['a time after all times', { at: '2026-11-29T00:00:10.000Z', milliseconds: -1e300 }],
])('a journal that says %s is as none', async (_, times) => {
  await writeReceipt(cluster, { ...proven, lock })
  const { add } = siteJournal(cluster, host.files, 'journal')
  await add({ bundle: proven.bundle, site: proven.bundle, detail: 'done', step: 'images', ...times })
  expect((await gathered()).run).toEqual({ steps: [] })
})

test('the audit log is told by the digest of its last line, and whether it is whole', async () => {
  await writeReceipt(cluster, { ...proven, lock, run })
  expect(await gathered()).not.toHaveProperty('audit')
  const first = { at: proven.at, run: 'a', what: 'begin', by: 'ann', verb: 'install', given: [] }
  const line = JSON.stringify({ n: 1, prev: `sha256:${'0'.repeat(64)}`, ...first })
  const log = (text: string) =>
    cluster.apply({
      ...kinds.configMap,
      metadata: { name: 'sealift-audit-0001', namespace: 'sealift-system' },
      data: { 'entries.jsonl': text },
    })
  await log('no entry\n')
  expect((await gathered()).audit).toEqual({ entries: 1, head: digestOf('no entry'), whole: false })
  await log(`${line}\n`)
  expect((await gathered()).audit).toMatchObject({ entries: 1, head: digestOf(line) })
})

test('the verb refuses a site file of another site, and a cluster where nothing is installed', async () => {
  const of = (name: string) =>
    receiptOf({ metadata: { name } } as Parameters<typeof receiptOf>[0], '', host, recordedTalk())
  await expect(of('bank-prod')).rejects.toMatchObject({ code: 'NOT_INSTALLED' })
  await writeReceipt(cluster, { ...proven, lock, run })
  await expect(of('bank-test')).rejects.toMatchObject({ code: 'FOREIGN_INSTALL' })
  expect(await of('bank-prod')).toMatchObject({ kind: 'Receipt', site: 'bank-prod' })
})
