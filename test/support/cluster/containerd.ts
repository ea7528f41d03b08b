/** A containerd, 2 or Debian's, with every folder and socket of its own inside the cluster's state folder. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { chosenContainerd, containerdConfiguration, containerdPrograms } from '../containerd-release.ts'
import type { Components } from './component.ts'
import { pauseImage } from './image.ts'
import type { Slot } from './slot.ts'

/** A node's containerd: its socket, and the words of the command that speaks to it. */
export interface Containerd {
  /** Socket path. */
  readonly address: string
  /** `[CTR]`, or `[K3S, 'ctr']`. */
  readonly ctr: readonly string[]
}

/** Starts containerd and waits for its answer. */
export async function startContainerd(slot: Slot, components: Components): Promise<Containerd> {
  const { dir } = slot
  const address = join(dir, 'containerd.sock')
  await mkdir(join(dir, 'cni'), { recursive: true })
  const major = chosenContainerd()
  const programs = await containerdPrograms(major)
  const settings = { dir, address, cniPlugins: '/usr/lib/cni', pauseImage }
  await writeFile(join(dir, 'containerd.toml'), containerdConfiguration(major, settings))
  await writeFile(join(dir, 'cni', '10-pods.conflist'), JSON.stringify(podNetwork(slot)))
  const args = ['--config', join(dir, 'containerd.toml')]
  await components.start('containerd', programs.containerd, args, programs.env)
  const containerd = { address, ctr: [programs.ctr] }
  await components.until('containerd', 20, async () => !(await ctr(containerd, ['version'])).failed)
  return containerd
}

/** Imports an image archive for Kubernetes to use, and pins whatever is there then: none of it can be pulled. */
export async function importArchive(containerd: Containerd, path: string): Promise<void> {
  await ctr(containerd, ['images', 'import', path])
  const { stdout } = await ctr(containerd, ['images', 'ls', '-q'])
  for (const name of stdout.split('\n').filter(line => line !== ''))
    await ctr(containerd, ['images', 'label', name, 'io.cri-containerd.pinned=pinned'])
}

function ctr({ address, ctr: [command = 'ctr', ...words] }: Containerd, args: readonly string[]) {
  return execa(command, [...words, '--address', address, '--namespace', 'k8s.io', ...args])
}

/**
 * A routed link per pod, not a bridge: on a bridge the answer of one pod to another goes past the address
 * translation of services unless the machine has br_netfilter loaded.
 */
function podNetwork({ dir, netns, podCidr }: Slot) {
  const ipam = {
    type: 'host-local',
    dataDir: join(dir, 'ipam'),
    ranges: [[{ subnet: podCidr }]],
    routes: [{ dst: '0.0.0.0/0' }],
  }
  return { cniVersion: '0.4.0', name: netns, plugins: [{ type: 'ptp', ipam }] }
}
