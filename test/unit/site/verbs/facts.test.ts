import { beforeEach, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { readFacts } from '../../../../src/kernel/facts/index.ts'
import { readSite } from '../../../../src/kernel/inputs/site-file.ts'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { findFacts } from '../../../../src/site/verbs/facts.ts'
import { memoryNodes } from '../../../support/memory-nodes.ts'
import { memoryRuntime } from '../../../support/memory-runtime.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { installOn, objectsIn } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'

let world: MemoryWorld

beforeEach(async () => {
  world = await memoryWorld()
  await world.cluster.applyAs('kubelet', node('node1'))
})

const busybox = `sha256:${'b'.repeat(64)}`
function node(name: string, more: object = {}): KubernetesObject {
  return {
    ...kinds.node,
    metadata: { name },
    ...more,
    status: {
      nodeInfo: {
        ...{ operatingSystem: 'linux', architecture: 'amd64' },
        ...{ kubeletVersion: 'v1.35.4+k3s1', containerRuntimeVersion: 'containerd://2.1.4' },
      },
      allocatable: { memory: '3900Mi', cpu: '1900m', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True' }],
      images: [
        { names: [`docker.io/library/busybox@${busybox}`, 'docker.io/library/busybox:1.37'], sizeBytes: 1 },
        { names: ['docker.io/library/unknown:1'], sizeBytes: 1 },
      ],
    },
  }
}

const apis = ['apps/v1', 'apps/v1/Deployment', 'v1', 'v1/Pod']
const free = async (name: string) => (name === 'node1' ? 7_000_000_000 : undefined)

async function find(output?: string, talk = recordedTalk(), facts = { apis: async () => apis, free }) {
  const { site } = await readSite('site.yaml', world.host.files)
  return await findFacts({ site, ...(output ? { output } : {}) }, { ...world.host, facts }, talk)
}

test('a site that nothing is installed on', async () => {
  const before = objectsIn(world.cluster)
  expect(await find()).toEqual({
    apiVersion: 'sealift.dev/v1',
    kind: 'Facts',
    madeAt: expect.stringMatching(/^\d{4}-/),
    site: 'bank-prod',
    kubernetes: { version: 'v1.35.4', apis },
    nodes: [
      {
        ...{ name: 'node1', platform: 'linux/amd64', ready: true, seenBy: 'containerd' },
        ...{ kubelet: 'v1.35.4+k3s1', runtime: 'containerd://2.1.4' },
        allocatable: { memory: 3900 * 2 ** 20, cpu: 1900 },
        free: 7_000_000_000,
        images: [],
      },
    ],
    releases: [],
  })
  expect(objectsIn(world.cluster)).toEqual(before)
})

test('one with an install names its bundle, its releases, its images with pins, and its ExternalSecrets', async () => {
  await installOn(world.host, '1.0.0')
  const found = await find('facts.yaml')
  expect(found).toMatchObject({
    installed: { name: 'sample', version: '1.0.0' },
    releases: [{ release: 'demo', chart: 'demo' }, { release: 'eso' }],
    externalSecrets: 0,
    file: 'facts.yaml',
  })
  const [{ images } = { images: [] }] = found.nodes
  expect(images.length).toBeGreaterThan(0)
  expect(images.every(({ pinned, complete }) => pinned && complete)).toBe(true)
  const { file: _, ...facts } = found
  expect(await readFacts('facts.yaml', world.host.files)).toEqual(facts)
  // No secret of the site is in it.
  const text = await world.host.files.readText('facts.yaml')
  for (const { data } of world.cluster.objects().filter(({ kind }) => kind === 'Secret'))
    for (const value of Object.values((data ?? {}) as Record<string, unknown>))
      if (typeof value === 'string' && value.length > 11) {
        expect(text).not.toContain(value)
        expect(text).not.toContain(Buffer.from(value, 'base64').toString())
      }
})

test('of other nodes kubelet names the images, those without a digest left out', async () => {
  await world.cluster.applyAs('kubelet', node('node2', { spec: { unschedulable: true } }))
  const { nodes } = await find()
  expect(nodes).toMatchObject([
    { name: 'node1', seenBy: 'containerd', ready: true },
    { name: 'node2', seenBy: 'kubelet', ready: false },
  ])
  expect(nodes[1]).not.toHaveProperty('free')
  expect(nodes[1]?.images).toEqual([
    { name: 'docker.io/library/busybox:1.37', digest: busybox },
    { name: `docker.io/library/busybox@${busybox}`, digest: busybox },
  ])
})

test('where images came through the cluster, each node’s containerd is asked, and one that cannot be is told', async () => {
  await world.cluster.applyAs('kubelet', node('node2'))
  const [one, two] = [memoryRuntime('amd64'), memoryRuntime('amd64')]
  const nodes = memoryNodes({ node1: one, node2: two }, 'linux/amd64', 'nobody')
  world = { ...world, host: { ...world.host, runtime: undefined, nodes } }
  await installOn(world.host, '1.0.0')
  const seen = async (talk = recordedTalk()) =>
    (await find(undefined, talk)).nodes.map(({ seenBy, images }) => [seenBy, images.length > 0])
  expect(await seen()).toEqual([
    ['containerd', true],
    ['containerd', true],
  ])
  two.images = () => Promise.reject(new SealiftError('CLUSTER_DENIED', 'no pods for you'))
  const talk = recordedTalk()
  expect(await seen(talk)).toEqual([
    ['containerd', true],
    ['kubelet', true],
  ])
  expect(talk.told.join('\n')).toContain(
    'the images of node node2 are known by kubelet alone: no pods for you',
  )
  expect(nodes.closed).toBeGreaterThan(2)
})

test('what kubelet may not be asked is left out, with a warning', async () => {
  const talk = recordedTalk()
  const denied = async () => {
    throw new SealiftError('CLUSTER_DENIED', 'not allowed to get nodes/proxy "node1"')
  }
  const { nodes } = await find(undefined, talk, { apis: async () => apis, free: denied })
  expect(nodes[0]).not.toHaveProperty('free')
  expect(talk.told.join('\n')).toContain('not allowed to get nodes/proxy')
})

test('a cluster that is another site is refused, and so is one without nodes', async () => {
  await world.cluster.delete(kinds.node, 'node1')
  await expect(find()).rejects.toMatchObject({ code: 'CLUSTER_FAILED' })
  await world.cluster.applyAs('kubelet', node('node1'))
  await installOn(world.host, '1.0.0')
  const text = await world.host.files.readText('site.yaml')
  await world.host.files.write('site.yaml', text.replaceAll('bank-prod', 'bank-test'))
  await expect(find()).rejects.toMatchObject({ code: 'FOREIGN_INSTALL' })
})

test('a node that does not say what it is ends it', async () => {
  await world.cluster.delete(kinds.node, 'node1')
  await world.cluster.applyAs('kubelet', { ...kinds.node, metadata: { name: 'bare' } })
  await expect(find()).rejects.toMatchObject({
    code: 'CLUSTER_FAILED',
    message: expect.stringContaining('bare'),
  })
})
