import type { Bundle } from '../../bundle/layout/index.ts'
import { chartMetadata } from '../../bundle/opening/index.ts'
import { type Cluster, type Helm, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import type { Receipt } from '../install/index.ts'
import { judgeVersion } from '../preflight/index.ts'
import type { Wired } from '../wire/index.ts'
import type { Finding } from './finding.ts'
import { judgeMinors, judgeStored } from './operator.ts'
import { judgeRelease } from './releases.ts'

/** What is installed, what is to follow it, and what is asked of. */
export interface CompatibilityRequest {
  readonly cluster: Pick<Cluster, 'info' | 'get' | 'list'>
  readonly helm: Pick<Helm, 'status'>
  readonly receipt: Pick<Receipt, 'lock'>
  readonly bundle: Bundle
  readonly wired: Wired
  /** CustomResourceDefinitions as the new chart has them; their stored versions are not looked at without. */
  readonly crds?: readonly KubernetesObject[]
  /** What releases would be, by their names; what they are made of now where left out. */
  readonly wanted?: ReadonlyMap<string, readonly KubernetesObject[]>
}

/** Holds a step from one bundle to another to the rules of versions. Changes nothing. @throws SealiftError CLUSTER_*, HELM_FAILED, BUNDLE_MALFORMED */
export async function compatibility(request: CompatibilityRequest): Promise<readonly Finding[]> {
  const { cluster, helm, receipt, wired, crds, wanted } = request
  const { release, namespace } = wired.externalSecrets
  const of = (charts: Receipt['lock']['charts']) =>
    charts.find(chart => chart.release === release && chart.namespace === namespace)?.version
  const [here, next] = [of(receipt.lock.charts), of(request.bundle.lock.charts)]
  const releases = wired.spec.charts.map(chart =>
    judgeRelease(cluster, helm, chart, wanted?.get(chart.release)),
  )
  const [kubernetes, live, ...found] = await Promise.all([
    judgeKubernetes(request),
    crds === undefined ? [] : cluster.list(kinds.crd),
    ...releases,
  ])
  return [
    ...(here === undefined || next === undefined ? [] : [judgeMinors(here, next)]),
    kubernetes,
    ...judgeStored(live, crds ?? []),
    ...found.flat(),
  ]
}

/** Whether the charts accept the cluster's version of Kubernetes (`kubeVersion` of Chart.yaml). */
async function judgeKubernetes({ cluster, bundle, wired }: CompatibilityRequest): Promise<Finding> {
  const { version } = await cluster.info()
  const charts = wired.spec.charts.map(async ({ name }) => {
    const { kubeVersion: range } = await chartMetadata(bundle, name)
    return { name, ...(range === undefined ? {} : { range }) }
  })
  const { result, seen, next } = judgeVersion({
    ...{ version, rendered: wired.spec.kubernetes, charts: await Promise.all(charts) },
  })
  const ok = result === 'ok' ? 'yes' : result === 'fault' ? 'no' : 'doubt'
  return { id: 'kubernetes', ok, seen, ...(next === undefined ? {} : { hint: next }) }
}
