/** Images on two nodes that are reached through the API server alone, from a machine that is none of them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { siteHost } from '../../../src/adapters/site-host.ts'
import { openBundle } from '../../../src/bundle/layout/index.ts'
import { parseSite } from '../../../src/kernel/inputs/index.ts'
import { digestOf } from '../../../src/kernel/oci/index.ts'
import { kinds, type SiteHost } from '../../../src/kernel/ports/index.ts'
import { readReceipt, writeReceipt } from '../../../src/site/install/index.ts'
import { chooseWay } from '../../../src/site/load/index.ts'
import { lookAtImages } from '../../../src/site/verbs/check/images.ts'
import { repair } from '../../../src/site/verbs/check/index.ts'
import { clusterPackages, startCluster, type TestCluster } from '../../support/cluster/index.ts'
import { memorySource } from '../../support/memory-files.ts'
import { aptInstall } from '../../support/packages.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { sampleBundle, sampleImages } from '../../support/sample-bundle.ts'
import { proven } from '../../unit/site/verbs/memory-site.ts'
import { smallSite } from '../../unit/site/wire/sites.ts'
import { killRemoteImport } from './killed-remote.ts'

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
const sample = sampleBundle({ architecture, layerSize: 2_000_000 })
const names = Object.values(sampleImages)
const nodesNamespace = 'sealift-nodes'
let cluster: TestCluster
let host: SiteHost
let folder: string
let alone: boolean[]
/** `ctr` on each node, as a person there would run it. */
const ctr: Record<string, (...words: string[]) => Promise<string>> = {}

beforeAll(async () => {
  await aptInstall(clusterPackages, line => console.error(line))
  folder = await mkdtemp(join(tmpdir(), 'sealift-two-'))
  cluster = await startCluster({ log: line => console.error(line) })
  const settings = {
    cluster: { kubeconfig: cluster.kubeconfig },
    containerd: { ctr: cluster.containerd.ctr },
  }
  const found = await siteHost(settings, {})
  // The one node there is, is of this machine's boot; of two it is neither, by name and address.
  alone = (await found.nodes()).nodes.map(({ local }) => local)
  host = { ...found, runtime: undefined }
  const second = await cluster.addNode()
  for (const { name, containerd } of [{ name: cluster.name, containerd: cluster.containerd }, second]) {
    const noted = `kubeadm.alpha.kubernetes.io/cri-socket=unix://${containerd.address}`
    await cluster.kubectl(['annotate', 'node', name, noted])
    const [command = 'ctr', ...first] = [...containerd.ctr, '--address', containerd.address, '-n', 'k8s.io']
    ctr[name] = async (...words) => (await execa(command, [...first, ...words])).stdout
  }
  // An administrator's own is left as it is: to wait for its end after every look took half of this file's time.
  await cluster.kubectl(['create', 'namespace', nodesNamespace])
  const level = 'pod-security.kubernetes.io/enforce=privileged'
  await cluster.kubectl(['label', 'namespace', nodesNamespace, level])
})

afterAll(async () => {
  await cluster?.stop()
  await rm(folder, { recursive: true, force: true })
})

const secondName = () => `${cluster.name}-b`
const onSecond = (...words: string[]) => ctr[secondName()]?.(...words)

/** Loads the sample by way cluster; gives what came of it, and bytes by node. */
async function load(nodes = host.nodes) {
  const way = chooseWay('cluster', {}, { ...host, nodes }, memorySource(sample.file))
  const moved: Record<string, number> = {}
  try {
    const bundle = await openBundle(memorySource(sample.file))
    const room = await way.room(bundle)
    const result = await way.load({
      ...{ bundle, clock: host.clock, signal: new AbortController().signal },
      ...{ onProgress: () => {}, say: () => {}, tell: () => {}, announce: async () => {} },
      stepOn: node => ({
        progress: ({ done }) => {
          moved[node] = done
        },
        ...{ done: () => {}, skip: () => {}, fail: () => {} },
      }),
    })
    return { room, result, moved }
  } finally {
    await way.close?.()
  }
}

test('a machine that is the only node is known as that, one of none is not', async () => {
  expect(alone).toEqual([true])
  expect((await host.nodes()).nodes.map(({ local }) => local)).toEqual([false, false])
})

test('each node gets through the API server what it lacks, and no more', async () => {
  const { nodes, close } = await host.nodes()
  await load(async () => ({
    nodes: nodes.filter(({ name }) => name === secondName()),
    close: async () => {},
  }))
  const { room, result, moved } = await load(async () => ({ nodes, close }))
  expect(room.detail).toMatch(
    /node sealift-\d+: [\d.]+ MB, .* are free; node sealift-\d+-b: all images are there/,
  )
  expect(result).toMatchObject({ changed: true, loaded: names, detail: expect.stringContaining('2 nodes') })
  expect(moved).toEqual({ [cluster.name]: result.bytes })
  for (const run of Object.values(ctr)) {
    const listed = await run('images', 'check')
    for (const name of names) expect(listed).toMatch(new RegExp(`^${name} .* complete .* true\\s*$`, 'm'))
    const labels = (await run('images', 'ls'))
      .split('\n')
      .filter(line => names.some(one => line.startsWith(one)))
    expect(labels.every(line => line.includes('io.cri-containerd.pinned=pinned'))).toBe(true)
  }
  // Nothing is left of it.
  expect(await host.cluster.list(kinds.pod, nodesNamespace)).toEqual([])
})

test('an image that is taken from the second node is found there by check, and comes back by its repair', async () => {
  await host.cluster.apply({ ...kinds.namespace, metadata: { name: 'sealift-system' } })
  await writeReceipt(host.cluster, { ...proven, lock: sample.lock })
  const bundle = join(folder, 'bundle.tar')
  await writeFile(bundle, sample.file)
  const [name = ''] = names
  const bad = async () =>
    (await lookAtImages(await readReceipt(host.cluster), host)).filter(({ ok }) => !ok).map(({ id }) => id)
  // As kubelet's collection does it: every name of it.
  const config =
    (await onSecond('images', 'ls'))?.split('\n').filter(line => line.startsWith('sha256:')) ?? []
  await onSecond('images', 'rm', '--sync', name)
  expect(config.length).toBeGreaterThan(0)
  expect(await bad()).toEqual([`node/${secondName()}/image/${name}`])
  const request = {
    site: { site: parseSite(smallSite, 'site.yaml'), digest: digestOf('site') },
    ...{ bundle, unsigned: true, journal: join(folder, 'journal.jsonl') },
  }
  expect(await repair(request, host, recordedTalk())).toEqual([
    { node: secondName(), what: name, done: 'loaded' },
  ])
  expect(await onSecond('images', 'check')).toMatch(new RegExp(`^${name} .* complete .* true\\s*$`, 'm'))
})

test('what a killed load has left, pod and lease, is ended by the next, and a namespace that was made for it', async () => {
  await cluster.kubectl(['delete', 'namespace', nodesNamespace])
  await killRemoteImport(cluster.kubeconfig, cluster.containerd.ctr[0] ?? '', secondName())
  expect(await host.cluster.list(kinds.pod, nodesNamespace)).toHaveLength(1)
  expect(await onSecond('leases', 'ls')).toContain('sealift-import-pod-')
  expect((await load()).result.changed).toBe(true)
  expect(await onSecond('leases', 'ls')).not.toContain('sealift-import-')
  expect(await host.cluster.get(kinds.namespace, nodesNamespace)).toBeUndefined()
})
