/** Debian's containerd, with every folder and socket of its own inside the cluster's state folder. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Components } from './component.ts'
import { pauseImage } from './image.ts'
import type { Slot } from './slot.ts'

/** A node's containerd: its socket, and the words of the command that speaks to it. */
export interface Containerd {
  /** Socket path. */
  readonly address: string
  /** `['ctr']`, or `[K3S, 'ctr']`. */
  readonly ctr: readonly string[]
}

/** Starts containerd and waits for its answer. */
export async function startContainerd(slot: Slot, components: Components): Promise<Containerd> {
  const { dir } = slot
  const address = join(dir, 'containerd.sock')
  await mkdir(join(dir, 'cni'), { recursive: true })
  await writeFile(join(dir, 'containerd.toml'), configuration(slot, address))
  await writeFile(join(dir, 'cni', '10-pods.conflist'), JSON.stringify(podNetwork(slot)))
  await components.start('containerd', 'containerd', ['--config', join(dir, 'containerd.toml')])
  const containerd = { address, ctr: ['ctr'] }
  await components.until('containerd', 20, async () => !(await ctr(containerd, ['version'])).failed)
  return containerd
}

/** Imports an image archive for Kubernetes to use, and pins what was in it: it cannot be pulled again. */
export async function importArchive(containerd: Containerd, path: string): Promise<void> {
  const { stdout } = await ctr(containerd, ['images', 'import', path])
  const names = stdout.matchAll(/^(?:unpacking )?(\S+[:@]\S+)\s.*$/gm)
  for (const [, name = ''] of names)
    await ctr(containerd, ['images', 'label', name, 'io.cri-containerd.pinned=pinned'])
}

function ctr({ address, ctr: [command = 'ctr', ...words] }: Containerd, args: readonly string[]) {
  return execa(command, [...words, '--address', address, '--namespace', 'k8s.io', ...args])
}

/** restrict_oom_score_adj: without CAP_SYS_RESOURCE a score cannot be lowered, and every sandbox would die of it. */
function configuration({ dir }: Slot, address: string): string {
  return `version = 2
root = "${dir}/containerd"
state = "${dir}/containerd-state"

[grpc]
  address = "${address}"

[plugins."io.containerd.internal.v1.opt"]
  path = "${dir}/containerd-opt"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${dir}/cni"

  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = "${dir}/runc"
      SystemdCgroup = false
`
}

/**
 * A routed link per pod, not a bridge: on a bridge the answer of one pod to another goes past the address
 * translation of services unless the machine has br_netfilter loaded.
 */
function podNetwork({ dir, netns }: Slot) {
  const ipam = {
    type: 'host-local',
    dataDir: join(dir, 'ipam'),
    ranges: [[{ subnet: '10.42.0.0/24' }]],
    routes: [{ dst: '0.0.0.0/0' }],
  }
  return { cniVersion: '0.4.0', name: netns, plugins: [{ type: 'ptp', ipam }] }
}
