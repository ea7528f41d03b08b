import { printable } from '../../kernel/errors/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { type Found, fault, ok, together, warning } from './found.ts'

const pressures = ['DiskPressure', 'MemoryPressure', 'PIDPressure']

/** Whether a node is up and takes pods (core/v1, NodeStatus). */
export function judgeNode(node: KubernetesObject): Found {
  const { name } = node.metadata
  const conditions = new Map(
    mappingsOf(fieldsOf(node['status'])['conditions']).map(one => {
      const { type = '', status = '', message = '' } = textsIn(one)
      return [type, { status, message }] as const
    }),
  )
  const { containerRuntimeVersion = '', kubeletVersion = '' } = infoOf(node)
  const findings: Found[] = []
  const ready = conditions.get('Ready')
  if (ready?.status !== 'True')
    findings.push(
      fault(
        `it is not ready: ${printable(ready?.message || 'it says nothing', 300)}`,
        `look why: kubectl describe node ${name}`,
      ),
    )
  const pressed = pressures.filter(type => conditions.get(type)?.status === 'True')
  if (pressed.length > 0)
    findings.push(fault(`it has ${pressed.join(', ')}: no pod is started there`, 'free what is short on it'))
  if (!containerRuntimeVersion.startsWith('containerd://'))
    findings.push(
      warning(
        `its runtime is ${printable(containerRuntimeVersion) || 'unknown'}, and images are loaded into containerd`,
        'have its images come from a registry of the site',
      ),
    )
  if (!takesPods(node))
    findings.push(
      warning(
        'no pod of the bundle comes there: it is cordoned, or has a taint',
        'mean that, or uncordon it',
      ),
    )
  return together(findings, ok(`ready, ${printable(kubeletVersion)}, ${printable(containerRuntimeVersion)}`))
}

/** Whether the scheduler puts pods without tolerations on a node, by its spec. */
export function takesPods(node: KubernetesObject): boolean {
  const { unschedulable, taints } = fieldsOf(node['spec'])
  const closed = mappingsOf(taints).some(
    ({ effect, key }) =>
      (effect === 'NoSchedule' || effect === 'NoExecute') &&
      // Of its own accord, while the node is not ready or pressed: told of there.
      !String(key).startsWith('node.kubernetes.io/'),
  )
  return unschedulable !== true && !closed
}

/** A node's platform: `linux/amd64`; nothing where it does not say. */
export function platformOf(node: KubernetesObject): string | undefined {
  const { operatingSystem, architecture } = infoOf(node)
  return operatingSystem && architecture ? `${operatingSystem}/${architecture}` : undefined
}

/** Whether a bundle has its images for a node's processor. */
export function judgePlatform(node: KubernetesObject, platforms: readonly string[]): Found {
  const here = platformOf(node)
  const carried = platforms.map(one => printable(one)).join(', ')
  if (here === undefined)
    return warning('it does not say what its processor is', 'look at it: kubectl get node -o yaml')
  if (platforms.includes(here)) return ok(`${printable(here)}, for which the bundle has its images`)
  const seen = `it is ${printable(here)}, and the bundle is for ${carried}`
  const next = `name ${printable(here)} in platforms of bundle.yaml, lock and build again`
  return takesPods(node) ? fault(seen, next) : warning(`${seen}; no pod of it comes there`, next)
}

function infoOf(node: KubernetesObject): Record<string, string> {
  return textsIn(fieldsOf(node['status'])['nodeInfo'])
}
