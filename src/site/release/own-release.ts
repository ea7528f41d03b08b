import type { BundleLock } from '../../bundle/lock/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import type { Wired } from '../wire/index.ts'
import { isOf } from './own-objects.ts'

/** Whether helm made an object for one of a bundle's releases. */
export function isOurs({ spec }: Pick<Wired, 'spec'>, object: KubernetesObject): boolean {
  return spec.charts.some(chart => isOf(object, chart))
}

/** Whether an object is of one of a lock's releases, and has pods there: some charts have a Deployment of none. */
export function wantsPods(
  { charts, budget }: Pick<BundleLock, 'charts' | 'budget'>,
  object: KubernetesObject,
): boolean {
  const title = `${object.kind}/${object.metadata.name}`
  return charts.some(
    chart =>
      isOf(object, chart) &&
      !budget.containers.some(
        share => share.chart === chart.name && share.object === title && share.replicas === 0,
      ),
  )
}
