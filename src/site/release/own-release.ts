import type { KubernetesObject } from '../../kernel/ports/index.ts'
import type { Wired } from '../wire/index.ts'
import { isOf } from './own-objects.ts'

/** Whether helm made an object for one of a bundle's releases. */
export function isOurs({ spec }: Pick<Wired, 'spec'>, object: KubernetesObject): boolean {
  return spec.charts.some(chart => isOf(object, chart))
}
