import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { KubeConfig, PortForward } from '@kubernetes/client-node'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cgroupPids } from '../../support/cluster/cgroup.ts'
import { corednsImage, writeSystemImages } from '../../support/cluster/image.ts'
import { clusterPackages, startCluster, type TestCluster } from '../../support/cluster/index.ts'
import { isRunning, type ProcessRecord, processRecord } from '../../support/cluster/slot.ts'
import { chosenContainerd } from '../../support/containerd-release.ts'
import { aptInstall } from '../../support/packages.ts'
import { containerdVersion } from '../../support/tools/build.ts'
import { adapterTests } from './adapter.ts'
import { letForward, makeNeighbour, reach, resolve, serve } from './outside.ts'

const hostLinkOf = (cluster: TestCluster) => cluster.netns.replace('-', '')
let cluster: TestCluster
let podNamespace: string

beforeAll(async () => {
  await aptInstall(clusterPackages, line => console.error(line))
  cluster = await startCluster({ log: line => console.error(line) })
  await cluster.kubectl(['apply', '-f', join(import.meta.dirname, 'probe.yaml')])
  await cluster.kubectl(['wait', '--for=condition=Ready', 'pod/probe', '--timeout=300s'])
  podNamespace = `/proc/${await podPid('probe')}/ns/net`
})

afterAll(() => cluster?.stop())

/** The process of a pod's first container, as containerd knows it. */
async function podPid(pod: string): Promise<string> {
  const id = await cluster.kubectl([
    'get',
    'pod',
    pod,
    '-o',
    'jsonpath={.status.containerStatuses[0].containerID}',
  ])
  const [command = 'ctr', ...words] = cluster.containerd.ctr
  const args = [...words, '--address', cluster.containerd.address, '--namespace', 'k8s.io', 'tasks', 'list']
  const { stdout } = await execa(command, args)
  const line = stdout.split('\n').find(text => text.startsWith(id.replace('containerd://', '')))
  return line?.split(/\s+/)[1] ?? `no task ${id}`
}

/** What a pod's port answers to `request` through the API server, up to where the pod ends the connection. */
async function forwarded(pod: string, port: number, request: string): Promise<string> {
  const config = new KubeConfig()
  config.loadFromFile(cluster.kubeconfig)
  const [answer, input] = [new PassThrough(), new PassThrough()]
  await new PortForward(config).portForward('default', pod, [port], answer, null, input)
  input.write(request)
  const [bytes] = await once(answer, 'data')
  input.end()
  return String(bytes)
}

/** Runs a program of `node -e` where the node's own processes are, and where a pod's are. */
async function fromInside(program: string): Promise<string[]> {
  const runs = await Promise.all([
    cluster.exec(process.execPath, ['-e', program]),
    execa('nsenter', [`--net=${podNamespace}`, process.execPath, '-e', program]),
  ])
  return runs.map(run => String(run.stdout))
}

const fromHost = async (program: string) => (await execa(process.execPath, ['-e', program])).stdout

test('reaches nothing outside, even where the machine would pass it on', async () => {
  const outside = await makeNeighbour('out', 0)
  const neighbour = await makeNeighbour('next', 4)
  const servers = [await serve(8099, outside.netns), await serve(8098)]
  try {
    await letForward(hostLinkOf(cluster))
    // The outside is there: this machine reaches it, and a neighbour does through this machine.
    expect(await fromHost(reach(outside.ip, 8099))).toBe('answer')
    const asNeighbour = ['netns', 'exec', neighbour.netns, process.execPath, '-e', reach(outside.ip, 8099)]
    expect((await execa('ip', asNeighbour)).stdout).toBe('answer')
    expect(await fromHost(reach('127.0.0.1', 8098))).toBe('answer')
    // Nor may it reach a server of this machine, by whichever of its addresses: a proxy would be a way out.
    const gateway = cluster.nodeIp.replace(/2$/, '1')
    const targets = [reach(outside.ip, 8099), reach(gateway, 8098), reach('198.51.100.1', 8098)]
    const results = await Promise.all(targets.map(fromInside))
    expect(results.flat()).toEqual(Array(6).fill('timeout'))
    // And none from outside gets in.
    const inward = ['netns', 'exec', outside.netns, process.execPath, '-e', reach(cluster.nodeIp, 6443)]
    expect((await execa('ip', inward)).stdout).toBe('timeout')
  } finally {
    for (const server of servers) server.stop()
    await outside.remove()
    await neighbour.remove()
  }
})

test('its DNS knows services and no one else, and a service is reached by its name’s address', async () => {
  const [serviceIp = ''] = await fromInside(resolve('probe.default.svc.cluster.local', '10.43.0.10'))
  expect(serviceIp).toBe(
    await cluster.kubectl(['get', 'service', 'probe', '-o', 'jsonpath={.spec.clusterIP}']),
  )
  expect(await fromInside(reach(serviceIp, 80))).toEqual(['answer', 'answer'])
  const kubernetes = await fromInside(resolve('kubernetes.default.svc.cluster.local', '10.43.0.10'))
  expect(kubernetes).toEqual(['10.43.0.1', '10.43.0.1'])
  const foreign = await fromInside(resolve('registry.example.com', '10.43.0.10'))
  expect(foreign).toEqual(['ESERVFAIL', 'ESERVFAIL'])
})

test('gives logs, exec, port-forward and what pods use, through the API server', async () => {
  expect(await cluster.kubectl(['logs', 'probe'])).toContain('CoreDNS-1.15.0')
  expect(await cluster.kubectl(['exec', 'probe', '--', '/coredns', '-version'])).toContain('CoreDNS-1.15.0')
  expect(await forwarded('probe', 8080, 'GET /health HTTP/1.0\r\n\r\n')).toContain('200 OK')
  const raw = await cluster.kubectl(['get', '--raw', `/api/v1/nodes/${cluster.name}/proxy/stats/summary`])
  const summary = JSON.parse(raw) as {
    pods: { podRef: { name: string }; containers: { memory: { workingSetBytes: number } }[] }[]
  }
  const probe = summary.pods.find(pod => pod.podRef.name === 'probe')
  expect(probe?.containers[0]?.memory.workingSetBytes).toBeGreaterThan(1_000_000)
})

test('asks who may do what', async () => {
  const asPod = ['get', 'secrets', '--as=system:serviceaccount:default:default']
  await expect(cluster.kubectl(asPod)).rejects.toThrow('Forbidden')
})

test('its node runs the containerd that was asked for', async () => {
  const version = '{.items[0].status.nodeInfo.containerRuntimeVersion}'
  const said = await cluster.kubectl(['get', 'nodes', '-o', `jsonpath=${version}`])
  const wanted = chosenContainerd() === 1 ? 'containerd://1.6.' : `containerd://${containerdVersion}`
  expect(said).toContain(cluster.kind === 'k3s' ? 'containerd://' : wanted)
})

test('imports an archive pinned', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sealift-'))
  try {
    for (const path of await writeSystemImages(dir)) await cluster.importArchive(path)
  } finally {
    await rm(dir, { recursive: true })
  }
  const [command = 'ctr', ...words] = cluster.containerd.ctr
  const args = ['--address', cluster.containerd.address, '--namespace', 'k8s.io', 'images', 'list']
  const { stdout } = await execa(command, [...words, ...args, `name==${corednsImage}`])
  expect(stdout).toContain('io.cri-containerd.pinned=pinned')
})

describe('the adapter on it', () => adapterTests(() => cluster))

test('stops without leaving a process, mount, link, rule, cgroup or file', async () => {
  const records = await Promise.all((await cgroupPids(cluster.netns)).map(processRecord))
  const running = records.filter((record): record is ProcessRecord => record !== undefined)
  // The components, and for each of the two pods a shim, the pause process and the container.
  expect(running.length).toBeGreaterThanOrEqual(cluster.kind === 'k3s' ? 8 : 13)
  const sockets = await readdir('/run/containerd/s')

  await cluster.stop()

  expect(await Promise.all(running.map(isRunning))).not.toContain(true)
  expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(cluster.dir)
  expect((await execa('ip', ['netns', 'list'])).stdout).not.toContain(cluster.netns)
  expect((await execa('ip', ['link', 'show'])).stdout).not.toContain(hostLinkOf(cluster))
  expect((await execa('iptables-save')).stdout).not.toContain(cluster.netns)
  expect(await cgroupPids(cluster.netns)).toEqual([])
  expect(existsSync(join('/sys/fs/cgroup/pids', cluster.netns))).toBe(false)
  expect(existsSync(cluster.dir)).toBe(false)
  // Other clusters of this machine have theirs in the same folder, and may start pods meanwhile.
  const left = await readdir('/run/containerd/s')
  expect(sockets.filter(name => !left.includes(name)).length).toBeGreaterThanOrEqual(2)
})
