/** The two containerds that tests run on: 2.3, which K3s 1.36 has in it, compiled; and Debian's 1.6. */
import { delimiter, dirname, join } from 'node:path'
import { containerdVersion, goTool } from './tools/build.ts'

/** A containerd by its major number. */
export type Major = 1 | 2

/** Both, each with what a test's name says of it. */
export const containerdReleases: readonly { major: Major; version: string }[] = [
  { major: 2, version: containerdVersion },
  { major: 1, version: '1.6 of Debian' },
]

/**
 * What tests run on that do not say it themselves: 2, or with SEALIFT_TEST_CONTAINERD=1 Debian's.
 * @throws Error when it is set to anything else
 */
export function chosenContainerd(): Major {
  const said = process.env['SEALIFT_TEST_CONTAINERD'] || '2'
  if (said === '1') return 1
  if (said === '2') return 2
  throw new Error(`SEALIFT_TEST_CONTAINERD is 1 or 2, not ${said}`)
}

/** A release's programs. */
interface Programs {
  readonly containerd: string
  /** Of the same release: each speaks to its own only. */
  readonly ctr: string
  /** What containerd's environment needs: the first shim on PATH is the one that it starts. */
  readonly env: Readonly<Record<string, string>>
}

/** Compiles them where it has to; Debian's have to be installed. @throws Error when they do not compile */
export async function containerdPrograms(major: Major): Promise<Programs> {
  if (major === 1) return { containerd: 'containerd', ctr: 'ctr', env: {} }
  const containerd = await goTool('containerd')
  const folder = dirname(containerd)
  const env = { PATH: [folder, process.env['PATH'] ?? ''].join(delimiter) }
  return { containerd, ctr: join(folder, 'ctr'), env }
}

/** What a containerd is told. */
interface Settings {
  /** It keeps all that it has below this folder. */
  readonly dir: string
  /** Its socket. */
  readonly address: string
  /** Where the plugins are that make a pod's network. */
  readonly cniPlugins: string
  /** The image that holds a pod's namespaces. */
  readonly pauseImage: string
}

/**
 * A release's configuration file. restrict_oom_score_adj: without CAP_SYS_RESOURCE a score cannot be lowered, and every
 * sandbox would die of it. NRI, which only 2 has, would put its socket where all containerds of a machine have theirs.
 */
export function containerdConfiguration(major: Major, settings: Settings): string {
  const { dir, address } = settings
  return `version = ${major + 1}
root = "${dir}/containerd"
state = "${dir}/containerd-state"

[grpc]
  address = "${address}"

[plugins."io.containerd.internal.v1.opt"]
  path = "${dir}/containerd-opt"
${major === 1 ? kubernetesPlugin(settings) : kubernetesPlugins(settings)}`
}

/** Version 2 of the file: one plugin for Kubernetes. */
function kubernetesPlugin({ dir, cniPlugins, pauseImage }: Settings): string {
  return `
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniPlugins}"
    conf_dir = "${dir}/cni"

  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = "${dir}/runc"
      SystemdCgroup = false
`
}

/** Version 3, which K3s writes too: one plugin for images and one for pods. */
function kubernetesPlugins({ dir, cniPlugins, pauseImage }: Settings): string {
  return `
[plugins."io.containerd.nri.v1.nri"]
  disable = true

[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "${pauseImage}"

[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true

  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["${cniPlugins}"]
    conf_dir = "${dir}/cni"

  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
      Root = "${dir}/runc"
      SystemdCgroup = false
`
}
