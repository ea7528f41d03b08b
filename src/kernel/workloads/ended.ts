import { textsIn } from '../objects/index.ts'
import type { KubernetesObject } from '../ports/index.ts'

/** Whether a pod has ended, well or not: it runs nothing any more, and is not started anew. */
export function hasEnded({ status }: KubernetesObject): boolean {
  return ['Succeeded', 'Failed'].includes(textsIn(status)['phase'] ?? '')
}
