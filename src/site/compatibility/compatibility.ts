import type { Bundle } from '../../bundle/layout/index.ts'
import { chartMetadata } from '../../bundle/opening/index.ts'
import { count, SealiftError } from '../../kernel/errors/index.ts'
import type { ChartSpec } from '../../kernel/inputs/index.ts'
import { type Cluster, type Helm, isTerminating, kinds } from '../../kernel/ports/index.ts'
import type { Receipt } from '../install/index.ts'
import { type ChartRange, judgeVersion } from '../preflight/index.ts'
import { fieldManager } from '../release/index.ts'
import type { Wired } from '../wire/index.ts'
import { judgeDefinitions } from './definitions.ts'
import { doubt, type Finding, no, yes } from './finding.ts'
import { judgeTaken, takenFields } from './owned-fields.ts'
import { judgeApplied, judgeRelease } from './releases.ts'
import type { RenderedChart } from './rendered.ts'
import { judgeKnownSteps, judgeOperatorStep } from './steps.ts'

/** What is installed, and what is to follow it. */
export interface CompatibilityRequest {
  readonly cluster: Pick<Cluster, 'info' | 'get' | 'list' | 'preview'>
  readonly helm: Pick<Helm, 'status'>
  readonly receipt: Pick<Receipt, 'lock'>
  readonly bundle: Bundle
  readonly wired: Wired
  /** What a chart of the bundle renders to at this site. */
  readonly render: (chart: ChartSpec) => Promise<RenderedChart>
  /** Whether minor versions of External Secrets Operator may be skipped. */
  readonly skipMinors?: boolean
}

/**
 * Whether a bundle may follow what is installed, rule by rule. That it takes the site forward is told elsewhere: see
 * `requireForward`, which a rollback passes by. Changes nothing.
 * @throws SealiftError CLUSTER_*, HELM_FAILED, RENDER_FAILED, BUNDLE_*
 */
export async function compatibility(request: CompatibilityRequest): Promise<readonly Finding[]> {
  const { cluster, helm, receipt, wired } = request
  const findings: Finding[] = [await kubernetesVersion(request), ...steps(request)]
  const crds = await cluster.list(kinds.crd)
  for (const chart of wired.spec.charts) {
    const { release, namespace } = chart
    const installed = receipt.lock.charts.find(one => one.release === release && one.namespace === namespace)
    const { objects, definitions } = await request.render(chart)
    if (definitions.length > 0) findings.push(...judgeDefinitions(crds, definitions))
    if (installed === undefined) continue
    findings.push(await judgeRelease(cluster, helm, installed), ...(await owned(chart, objects, request)))
  }
  return findings
}

async function kubernetesVersion({ cluster, bundle, wired }: CompatibilityRequest): Promise<Finding> {
  const { version } = await cluster.info()
  const charts = wired.spec.charts.map(async ({ name }): Promise<ChartRange> => {
    const { kubeVersion: range } = await chartMetadata(bundle, name)
    return { name, ...(range === undefined ? {} : { range }) }
  })
  const rendered = wired.spec.kubernetes
  const { result, seen, next = '' } = judgeVersion({ version, rendered, charts: await Promise.all(charts) })
  if (result === 'ok') return yes('kubernetes', seen)
  return result === 'fault' ? no('kubernetes', seen, next) : doubt('kubernetes', seen, next)
}

/** From which version of a chart to which; a chart's version is its program's for External Secrets Operator. */
function steps({ receipt, wired, skipMinors = false }: CompatibilityRequest): Finding[] {
  return wired.spec.charts.flatMap(({ name, version, release, namespace, wire }) => {
    const before = receipt.lock.charts.find(one => one.release === release && one.namespace === namespace)
    if (before === undefined) return []
    const operator = wire === 'external-secrets'
    const step = { name: operator ? 'external-secrets' : name, from: before.version, to: version }
    return [...(operator ? [judgeOperatorStep(step, skipMinors)] : []), ...judgeKnownSteps(step)]
  })
}

/** Fields that others own on what the upgrade would change, and how the objects were made. */
async function owned(
  { release, namespace }: ChartSpec,
  objects: RenderedChart['objects'],
  { cluster }: CompatibilityRequest,
): Promise<Finding[]> {
  const looked = objects.map(async object => {
    const live = await cluster.get(object, object.metadata.name, object.metadata.namespace ?? namespace)
    if (live === undefined || isTerminating(live)) return undefined
    // What the server would not take is told by whoever tries the release; nothing is taken back by it.
    const after = await cluster.preview(object, fieldManager, namespace).catch(error => {
      if (error instanceof SealiftError && error.code === 'CLUSTER_FAILED') return undefined
      throw error
    })
    return { live, taken: after === undefined ? [] : takenFields(live, after) }
  })
  const found = (await Promise.all(looked)).filter(one => one !== undefined)
  const taken = found.flatMap(({ live, taken }) => judgeTaken(live, taken))
  const none = yes(`owned-fields/${release}`, 'no field that the upgrade sets is somebody else’s')
  return [
    judgeApplied(
      release,
      found.map(({ live }) => live),
    ),
    ...(taken.length > 0 ? taken : [none]),
  ]
}

/** Ends an upgrade that a rule forbids, before anything is changed. @throws SealiftError UPGRADE_UNFIT with every fault and hint */
export function refuseUnfit(findings: readonly Finding[]): void {
  const against = findings.filter(({ ok }) => ok === 'no')
  if (against.length === 0) return
  throw new SealiftError(
    'UPGRADE_UNFIT',
    `this bundle must not follow what is installed: ${count(against.length, 'reason')}; nothing was changed`,
    {
      faults: against.map(({ id, seen }) => `${id}: ${seen}`),
      hints: [...new Set(against.flatMap(({ hint }) => hint ?? []))],
    },
  )
}
