import { basename, dirname } from 'node:path'
import { SealiftError } from '../../kernel/errors/index.ts'
import { fieldsOf, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import type { RuntimeLocation } from '../containerd/index.ts'

/** Where a node has its containerd, as paths on the node. */
export interface NodePlace {
  /** The command's words, the first an absolute path. */
  readonly ctr: readonly [string, ...string[]]
  /** The folder that has the command, and all that it may be a link to. */
  readonly programs: string
  /** containerd's socket. */
  readonly address: string
}

const k3sSocket = '/run/k3s/containerd/containerd.sock'
const usualSocket = '/run/containerd/containerd.sock'
/** Under which kubeadm notes the socket on its nodes. */
const kubeadmSocket = 'kubeadm.alpha.kubernetes.io/cri-socket'

/**
 * Where a node has its containerd: what the site file says, which is said of all nodes; else where K3s has its own. Its
 * ctr is one static program, which needs nothing of an image to run.
 * @throws SealiftError LOAD_FAILED where nobody says it
 */
export function placeOn(node: KubernetesObject, site: RuntimeLocation | undefined): NodePlace {
  const [program = '', ...words] = site?.ctr ?? []
  if (program.startsWith('/') && basename(program) !== 'k3s')
    return {
      ctr: [program, ...words],
      programs: dirname(program),
      address: pathOf(site?.address ?? node.metadata.annotations?.[kubeadmSocket] ?? usualSocket),
    }
  const { kubeletVersion = '' } = textsIn(fieldsOf(node['status'])['nodeInfo'])
  if (!/\+k3s/.test(kubeletVersion))
    throw new SealiftError(
      'LOAD_FAILED',
      `nobody says where node ${node.metadata.name} has its containerd: it is no node of K3s`,
      { hints: ['say so in site.yaml: containerd.ctr, the path of a ctr, and containerd.address'] },
    )
  const programs = `${dataFolder(node)}/data`
  return {
    // K3s's program is several by the name that it is called by; a link leads to the version that runs.
    ctr: [`${programs}/current/bin/ctr`],
    programs,
    address: pathOf(site?.address ?? k3sSocket),
  }
}

const pathOf = (address: string) => address.replace(/^unix:\/\//, '')

/** K3s's folder, which it was told at its start (`k3s.io/node-args`, a JSON list of words) or is in its usual place. */
function dataFolder({ metadata }: KubernetesObject): string {
  const words = wordsOf(metadata.annotations?.['k3s.io/node-args'])
  const at = words.findIndex(word => word === '--data-dir' || word === '-d')
  const said = at < 0 ? words.find(word => word.startsWith('--data-dir='))?.slice(11) : words[at + 1]
  return said?.startsWith('/') ? said.replace(/\/+$/, '') : '/var/lib/rancher/k3s'
}

function wordsOf(text: string | undefined): string[] {
  try {
    const words: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(words) ? words.filter(word => typeof word === 'string') : []
  } catch {
    return []
  }
}
