/** A disconnected single-node cluster, started and ended by this process; see README.md. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { chosenContainerd } from '../containerd-release.ts'
import { missing } from '../packages.ts'
import { makeCgroup } from './cgroup.ts'
import type { Distribution, Started, TestCluster } from './cluster.ts'
import { Components } from './component.ts'
import { importArchive } from './containerd.ts'
import { corednsImage } from './image.ts'
import { findK3s, startK3s } from './k3s.ts'
import { startKubernetes } from './kubernetes.ts'
import { enter, makeNetwork } from './network.ts'
import { claimSlot, type Slot } from './slot.ts'
import { stopLeftovers, tearDown } from './teardown.ts'

export type { TestCluster } from './cluster.ts'
export { stopLeftovers } from './teardown.ts'

/** The Debian packages that a cluster needs. */
export const clusterPackages: readonly string[] = [
  ...(chosenContainerd() === 1 ? ['containerd'] : []),
  'runc',
  'containernetworking-plugins',
  'iptables',
  'iproute2',
  'util-linux',
  'mount',
]

/**
 * Starts a cluster (as root, with {@link clusterPackages} installed) and waits until its node is ready and its
 * DNS answers. Nothing of it outlives this process but what {@link stopLeftovers} ends, so call `stop` in a finally.
 * @throws Error with the last lines of a component's log when one does not start; nothing is left behind then.
 */
export async function startCluster(
  options: { name?: string; log?: (line: string) => void; signal?: AbortSignal } = {},
): Promise<TestCluster> {
  const { log = () => {}, signal } = options
  if (process.getuid?.() !== 0) throw new Error('a test cluster can only be started by root')
  const packages = await missing(clusterPackages)
  if (packages.length > 0) throw new Error(`install these Debian packages first: ${packages.join(' ')}`)
  await stopLeftovers(log)
  const k3s = await findK3s()
  const distribution = k3s === undefined ? startKubernetes : startK3s(k3s)
  const slot = await claimSlot(options.name)
  try {
    return await start(slot, distribution, log, signal)
  } catch (error) {
    await tearDown(slot)
    throw error
  }
}

async function start(
  slot: Slot,
  distribution: Distribution,
  log: (line: string) => void,
  signal?: AbortSignal,
) {
  log(`cluster ${slot.name}: namespace ${slot.netns} (${slot.nodeIp}), state in ${slot.dir}`)
  await makeCgroup(slot.netns)
  await makeNetwork(slot)
  const components = new Components(slot)
  const started = await distribution({ slot, components, log, signal })
  const cluster = clusterOf(slot, started, components, signal)

  log('waiting for the API server, the node and its DNS')
  // kubectl waits by itself, for as long as a signal may stay unheard: to ask anew each time costs more than starting.
  const done =
    (...words: string[]) =>
    async () => {
      await cluster.kubectl([...words, '--timeout=5s'])
      return true
    }
  const readyz = async () => (await cluster.kubectl(['get', '--raw', '/readyz'])) === 'ok'
  await components.until('the API server', 120, readyz, signal)
  const manifest = await readFile(join(import.meta.dirname, 'coredns.yaml'), 'utf8')
  await cluster.kubectl(['apply', '-f', '-'], manifest.replace('CORE_DNS_IMAGE', corednsImage))
  const wait = async (what: string, ...words: string[]) => components.until(what, 120, done(...words), signal)
  await wait('a node', 'wait', '--for=create', `node/${slot.name}`)
  await wait('the node', 'wait', '--for=condition=Ready', `node/${slot.name}`)
  await wait('DNS', 'rollout', 'status', 'deployment/coredns', '-n', 'kube-system')
  await wait('the default service account', 'wait', '--for=create', 'serviceaccount/default', '-n', 'default')
  log(`cluster ${slot.name} is ready`)
  return cluster
}

function clusterOf(slot: Slot, started: Started, components: Components, signal?: AbortSignal): TestCluster {
  const { kind, kubeconfig, containerd, containerdRoot, kubectl } = started
  const [command = 'kubectl', ...words] = kubectl
  const asAdmin = [...words, '--kubeconfig', kubeconfig, '--cache-dir', join(slot.dir, 'kubectl-cache')]
  let stopping: Promise<void> | undefined
  const cluster: TestCluster = {
    kind,
    kubeconfig,
    containerd,
    containerdRoot,
    name: slot.name,
    dir: slot.dir,
    netns: slot.netns,
    nodeIp: slot.nodeIp,
    exec: (program, args, options) => {
      const [nsenter, into] = enter(slot.netns)
      // execa's type also merges the options of a template call, of which there are none.
      return execa(nsenter, [into, program, ...args], options) as never
    },
    kubectl: async (args, input) => {
      const stdin = input === undefined ? { stdin: 'ignore' as const } : { input }
      return (await execa(command, [...asAdmin, ...args], stdin)).stdout
    },
    importArchive: path => importArchive(containerd, path),
    addNode: async () => {
      if (!started.addNode) throw new Error(`there can be one node of ${kind} on a machine`)
      const node = await started.addNode()
      const ready = async () => {
        await cluster.kubectl(['wait', '--for=condition=Ready', `node/${node.name}`, '--timeout=5s'])
        return true
      }
      await components.until(`node ${node.name}`, 120, ready, signal)
      return node
    },
    restart: async component => {
      await components.restart(kind === 'k3s' ? 'k3s' : component)
      const [ctr = 'ctr', ...first] = [...containerd.ctr, '--address', containerd.address]
      const answers = {
        'kube-apiserver': async () => (await cluster.kubectl(['get', '--raw', '/readyz'])) === 'ok',
        containerd: async () => !(await execa(ctr, [...first, 'version'])).failed,
      }
      await components.until(`${component} again`, 120, answers[component], signal)
    },
    stop: () => {
      stopping ??= tearDown(slot)
      return stopping
    },
  }
  return cluster
}
