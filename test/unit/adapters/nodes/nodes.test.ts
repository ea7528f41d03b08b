/** How pods on nodes are started, ended, and taken for what they are; what runs in them is of the integration tests. */
import { beforeEach, expect, test } from 'vitest'
import { siteNodes } from '../../../../src/adapters/nodes/index.ts'
import { thisMachine } from '../../../../src/adapters/nodes/local.ts'
import { ownMark } from '../../../../src/adapters/owner.ts'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../../../src/kernel/objects/index.ts'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'
import { memoryRuntime } from '../../../support/memory-runtime.ts'

const namespace = 'sealift-nodes'
const managedLabel = { 'app.kubernetes.io/managed-by': 'sealift' }
const privileged = { 'pod-security.kubernetes.io/enforce': 'privileged' }
const images = ['docker.io/rancher/mirrored-pause:3.10.2', 'docker.io/rancher/klipper-helm:v1']
const node = (name: string, spec = {}, info = {}) => ({
  ...kinds.node,
  metadata: { name },
  spec,
  status: {
    images: images.map((image, at) => ({ names: [image], sizeBytes: at })),
    nodeInfo: {
      ...{ kubeletVersion: 'v1.36.3+k3s1', operatingSystem: 'linux', architecture: 'arm64', bootID: name },
      ...info,
    },
  },
})

let cluster: MemoryCluster
/** What a pod of an image becomes. */
let becomes: (image: string) => object
/** What was run, and where. */
let ran: { pod: string; command: readonly string[] }[]
let time = 0
const clock = {
  now: () => time,
  sleep: async (milliseconds: number) => {
    time += milliseconds
  },
}
const up = { phase: 'Running', containerStatuses: [{ state: { running: {} } }] }
const waiting = (reason: string, message: string) => ({
  phase: 'Pending',
  containerStatuses: [{ state: { waiting: { reason, message } } }],
})

beforeEach(async () => {
  ran = []
  becomes = () => up
  cluster = memoryCluster({
    async react(object, self) {
      if (object.kind === 'Namespace')
        await self.applyAs('kcm', {
          ...kinds.serviceAccount,
          metadata: { name: 'default', namespace: object.metadata.name },
        })
      if (object.kind !== 'Pod' || object['status'] !== undefined) return
      const [container] = mappingsOf(fieldsOf(object['spec'])['containers'])
      await self.applyAs('kubelet', { ...object, status: becomes(textsIn(container)['image'] ?? '') })
    },
  })
  for (const one of [node('one'), node('two')]) await cluster.applyAs('kubelet', one)
})

const open = () =>
  siteNodes({
    ...{ cluster, clock, here: undefined, site: undefined },
    calls: {
      imageSpace: async () => 7_000,
      execute: async ({ pod, command }) => {
        ran.push({ pod, command })
        return { stdout: '', stderr: '', code: 0, cut: false }
      },
    },
  })
const pods = () => cluster.list(kinds.pod, namespace)
const there = async () => (await cluster.get(kinds.namespace, namespace)) !== undefined

test('a pod is started at the first call, on its node, and all is gone at the end', async () => {
  const { nodes, close } = await open()
  expect(nodes.map(({ name, platform, local }) => [name, platform, local])).toEqual([
    ['one', 'linux/arm64', false],
    ['two', 'linux/arm64', false],
  ])
  expect(await there()).toBe(false)
  await nodes[1]?.runtime.content()
  await nodes[1]?.runtime.images()
  const [pod, ...others] = await pods()
  expect(others).toEqual([])
  expect(pod?.['spec']).toMatchObject({
    nodeName: 'two',
    containers: [{ image: images[0], imagePullPolicy: 'Never' }],
    volumes: [
      { hostPath: { path: '/var/lib/rancher/k3s/data' } },
      { hostPath: { path: '/run/k3s/containerd/containerd.sock' } },
    ],
  })
  const ctr = '/var/lib/rancher/k3s/data/current/bin/ctr'
  const leading = [ctr, '--address', '/run/k3s/containerd/containerd.sock', '--namespace', 'k8s.io']
  expect(ran[0]).toEqual({ pod: pod?.metadata.name, command: [...leading, 'content', 'ls', '--quiet'] })
  await close()
  expect(await pods()).toEqual([])
  expect(await there()).toBe(false)
})

test('a node that is asked again after that gets another pod', async () => {
  const { nodes, close } = await open()
  await nodes[0]?.runtime.content()
  await close()
  await nodes[0]?.runtime.content()
  const [pod, ...others] = await pods()
  expect(others).toEqual([])
  expect(ran.at(-1)?.pod).toBe(pod?.metadata.name)
  expect(ran[0]?.pod).not.toBe(pod?.metadata.name)
})

test('it has the node’s containerd, and no other right', async () => {
  const { nodes } = await open()
  await nodes[0]?.runtime.content()
  const { spec } = (await pods())[0] as KubernetesObject
  expect(spec).toMatchObject({ automountServiceAccountToken: false, restartPolicy: 'Never' })
  const [container] = mappingsOf(fieldsOf(spec)['containers'])
  expect(container).toMatchObject({
    securityContext: {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ['ALL'] },
    },
  })
  expect(JSON.stringify(spec)).not.toMatch(/privileged|hostPID|hostNetwork/)
})

test('an image that is just gone is passed over for the next', async () => {
  becomes = image => (image === images[0] ? waiting('ErrImageNeverPull', 'not present') : up)
  const { nodes } = await open()
  await nodes[0]?.runtime.content()
  expect(JSON.stringify(await pods())).toContain(images[1])
  expect(await pods()).toHaveLength(1)
})

test('a pod that does not start is told with kubelet’s reason, and leaves nothing', async () => {
  becomes = () => waiting('RunContainerError', 'exec: no such file or directory')
  const { nodes, close } = await open()
  await expect(nodes[0]?.runtime.images()).rejects.toMatchObject({
    code: 'LOAD_FAILED',
    message:
      'node one cannot be worked on through the cluster: RunContainerError: exec: no such file or directory',
  })
  await close()
  expect([await pods(), await there()]).toEqual([[], false])
})

test('of one that only waits, what the cluster warns of', async () => {
  becomes = () => waiting('ContainerCreating', '')
  const applied = cluster.create
  cluster.create = async object => {
    await cluster.applyAs('kubelet', {
      ...kinds.event,
      metadata: { name: `event-${object.metadata.name}`, namespace },
      ...{ type: 'Warning', reason: 'FailedMount', message: 'hostPath type check failed' },
      involvedObject: { name: object.metadata.name },
    })
    return applied(object)
  }
  const { nodes } = await open()
  await expect(nodes[0]?.runtime.images()).rejects.toMatchObject({
    message: expect.stringMatching(/FailedMount: hostPath type check failed$/),
  })
  expect(await pods()).toEqual([])
})

test('pods of runs that are gone are ended, those of living ones stay, and the namespace with them', async () => {
  const mark = (await ownMark()) ?? ''
  const gone = mark.replace(/-\d+-(\d+)$/, '-4194304-$1')
  await cluster.apply({
    ...kinds.namespace,
    metadata: { name: namespace, labels: { ...managedLabel, ...privileged } },
  })
  const left = (name: string, owner: string, labels = {}) =>
    cluster.apply({
      ...kinds.pod,
      metadata: { name, namespace, labels, annotations: { 'dev.sealift/owner': owner } },
      spec: { nodeName: 'one' },
    })
  const ours = { ...managedLabel, 'dev.sealift/pod': 'node' }
  await left('dead', gone, ours)
  await left('living', mark, ours)
  await left('elsewhere', mark.replace(/^.{8}/, '00000000'), ours)
  await left('theirs', gone)
  const { nodes, close } = await open()
  await nodes[0]?.runtime.content()
  await close()
  expect((await pods()).map(({ metadata }) => metadata.name).toSorted()).toEqual([
    ...['elsewhere', 'living', 'theirs'],
  ])
  expect(await there()).toBe(true)
})

test('a namespace that an administrator has made, with a Role in it, is used and stays', async () => {
  await cluster.applyAs('them', { ...kinds.namespace, metadata: { name: namespace, labels: privileged } })
  const { nodes, close } = await open()
  await nodes[0]?.runtime.content()
  await close()
  expect([await pods(), await there()]).toEqual([[], true])
})

test.each([{}, managedLabel, { 'pod-security.kubernetes.io/enforce': 'baseline' }])(
  'one that somebody has made who need not be one is refused, before a pod is in it: %j',
  async labels => {
    await cluster.applyAs('them', { ...kinds.namespace, metadata: { name: namespace, labels } })
    const { nodes, close } = await open()
    await expect(nodes[0]?.runtime.content()).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      hints: expect.arrayContaining([expect.stringContaining('enforce=privileged')]),
    })
    expect([await pods(), ran]).toEqual([[], []])
    await close()
  },
)

test('a pod that somebody has put in the place of ours is not spoken to', async () => {
  const { create } = cluster
  cluster.create = async object => {
    const made = await create(object)
    return { ...made, metadata: { ...made.metadata, uid: 'of the one before' } }
  }
  const { nodes } = await open()
  await expect(nodes[0]?.runtime.content()).rejects.toMatchObject({
    code: 'LOAD_FAILED',
    message: expect.stringContaining('another pod has its name'),
  })
  expect(ran).toEqual([])
})

test('where kubelet names no image, those of pods that run on the node are taken', async () => {
  await cluster.applyAs('kubelet', { ...node('one'), status: { ...node('one').status, images: [] } })
  const image = 'docker.io/rancher/klipper-lb:v1'
  await cluster.create({
    ...kinds.pod,
    metadata: { name: 'svclb', namespace: 'kube-system' },
    spec: { nodeName: 'one', containers: [{ name: 'lb', image }] },
  })
  const { nodes } = await open()
  await nodes[0]?.runtime.content()
  expect(JSON.stringify(await pods())).toContain(image)
})

test('nodes that no pod may come to are left out, and this machine is spoken to itself', async () => {
  await cluster.applyAs('kubelet', node('cordoned', { unschedulable: true }))
  await cluster.applyAs('kubelet', node('windows', {}, { operatingSystem: 'windows' }))
  const { boot } = await thisMachine()
  await cluster.applyAs('kubelet', node('here', {}, { bootID: boot }))
  const here = memoryRuntime()
  const { nodes } = await siteNodes({
    ...{ cluster, clock, here, site: undefined },
    calls: {
      imageSpace: async () => undefined,
      execute: () => Promise.reject(new SealiftError('CLUSTER_FAILED', 'not to be asked')),
    },
  })
  expect(nodes.map(({ name, local }) => [name, local])).toEqual([
    ['here', true],
    ['one', false],
    ['two', false],
  ])
  expect(nodes.find(({ local }) => local)?.runtime).toBe(here)
})
