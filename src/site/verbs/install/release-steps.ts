import { withRelease } from '../../../bundle/opening/index.ts'
import { printable, SealiftError } from '../../../kernel/errors/index.ts'
import { type ChartSpec, isSameVersion } from '../../../kernel/inputs/index.ts'
import type { Cluster, Helm, KubernetesObject, Release, ReleaseStatus } from '../../../kernel/ports/index.ts'
import { environmentMark } from '../../../kernel/server-variables/index.ts'
import type { Done, Step } from '../../install/index.ts'
import { differences, ownObjects, podTrouble, tryPods, uncarriedImages } from '../../release/index.ts'
import { derivedValues, showingCertificate } from '../../wire/index.ts'
import { crdStep } from './crd-step.ts'
import { forgetUnfinished, refuseForeignRecords } from './helm-records.ts'
import { groupsNeeded, type ImageGroup } from './image-groups.ts'
import { type Installation, stoppedBy } from './installation.ts'
import { waitUntilUp } from './wait-until-up.ts'
import { tellingTrouble } from './while-waiting.ts'

/** The id of a release's step. */
export const releaseId = ({ release }: Pick<ChartSpec, 'release'>) => `release-${release}`

/**
 * Per chart, in the spec's order: its CRDs, then the release, as soon as its images are there. The two that Sealift wires
 * do not wait for one another. With any other chart the spec's order counts: it may bring what a later one asks for, such
 * as definitions or a webhook.
 */
export function releaseSteps(groups: readonly ImageGroup[], installation: Installation): Step[] {
  const { bundle, wired } = installation
  const { charts } = wired.spec
  return charts.flatMap((chart, at) => {
    const before = charts.slice(0, at).filter(({ wire }) => chart.wire === undefined || wire === undefined)
    const crds = chart.crdValues === undefined ? [] : [crdStep(chart, installation)]
    const install: Step = {
      id: releaseId(chart),
      title: `Install ${chart.name} ${chart.version}`,
      needs: [
        'namespaces',
        ...(chart.wire === 'infisical' ? ['database'] : []),
        ...groupsNeeded(bundle.lock, chart, groups),
        ...[...before.map(releaseId), ...crds.map(({ id }) => id)],
      ],
      run: (say, signal) => installRelease(chart, stoppedBy(signal, installation), say),
    }
    return [...crds, install]
  })
}

/**
 * Upgrades a release where that would change anything on the cluster; where it would not, waits until its pods are up.
 * @throws SealiftError HELM_FAILED, RENDER_FAILED, CLUSTER_*
 */
async function installRelease(
  chart: ChartSpec,
  installation: Installation,
  say: (detail: string) => void,
): Promise<Done> {
  try {
    return await asReleased(chart, installation, request => upgraded(request, chart, installation, say))
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'HELM_FAILED' || error.faults.length > 0)
      throw error
    throw error.with({ faults: await podTrouble(installation.host.cluster, chart.namespace) })
  }
}

/** Why a release would be upgraded as things are now; nothing where it would not. @throws SealiftError HELM_FAILED, RENDER_FAILED, CLUSTER_* */
export async function whyUpgraded(chart: ChartSpec, installation: Installation): Promise<string[]> {
  const { helm, host, talk } = installation
  return await asReleased(chart, installation, async request => {
    const found = await helm.status(chart.release, chart.namespace)
    const wanted = await asUpgrade(request, found, helm, talk.signal)
    return await reasonsToUpgrade(chart, found, wanted, host.cluster)
  })
}

/** Does something with what a chart is rendered and installed with at this site. */
async function asReleased<T>(
  chart: ChartSpec,
  { bundle, site, host }: Installation,
  work: (request: Release) => Promise<T>,
): Promise<T> {
  const { namespace } = chart
  const environment = chart.wire === 'infisical' ? await environmentMark(host.cluster, namespace) : undefined
  const derived = derivedValues(chart, site, environment)
  return await withRelease(bundle, chart, { files: host.files, derived }, work)
}

async function upgraded(
  request: Release,
  chart: ChartSpec,
  { bundle, helm, host, talk, begin, hopeless }: Installation,
  say: (detail: string) => void,
): Promise<Done> {
  const { release, namespace, timeoutSeconds } = chart
  const found = await helm.status(release, namespace)
  const wanted = await asUpgrade(request, found, helm, talk.signal)
  const objects = ownObjects(wanted, chart)
  const reasons = await reasonsToUpgrade(chart, found, wanted, host.cluster)
  if (found !== undefined && reasons.length === 0) {
    await waitUntilUp({ objects, chart, host, talk, say })
    const detail = `release ${release} in ${namespace}, revision ${found.revision}, as it is: all pods ready`
    return { changed: false, detail }
  }
  if (found !== undefined) await refuseForeignRecords(found, chart, helm, host.cluster)
  const carried = bundle.images.map(({ name }) => name)
  for (const image of uncarriedImages(chart.name, wanted, carried)) talk.reporter.warn(notCarried(image))
  await refuseRefusedPods(objects, chart, { host, talk })
  await begin()
  if (await forgetUnfinished(release, namespace, found, host.cluster)) {
    const before = await helm.status(release, namespace)
    if (before !== undefined) await refuseForeignRecords(before, chart, helm, host.cluster)
  }
  const meanwhile = { signal: talk.signal, say, ...(chart.wire === 'infisical' && { hopeless }) }
  const upgrade = () =>
    tellingTrouble(host, namespace, meanwhile, signal => helm.upgrade(request, timeoutSeconds, signal))
  const { revision } = await (chart.wire === 'external-secrets'
    ? showingCertificate(host.cluster, namespace, { clock: host.clock, signal: talk.signal }, upgrade)
    : upgrade())
  const why = found === undefined ? '' : ` (${shown(reasons)})`
  return {
    changed: true,
    detail: `release ${release} in ${namespace}, revision ${revision}, all pods ready${why}`,
  }
}

/** What a release would be after an upgrade. A chart that can be upgraded only where it is gives nothing on a first install. */
export async function asUpgrade(
  request: Release,
  found: ReleaseStatus | undefined,
  helm: Helm,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await helm.render(request, signal)
  } catch (error) {
    if (found !== undefined || !(error instanceof SealiftError) || error.code !== 'RENDER_FAILED') throw error
    return ''
  }
}

export function notCarried(image: string): string {
  return `${printable(image, 300)} is not in the bundle; where the cluster has an API that makes the chart want it, name that in apiVersions of bundle.yaml`
}

/** Why a release that is there has to be upgraded; nothing where it is as it would be made. */
export async function reasonsToUpgrade(
  chart: ChartSpec,
  found: ReleaseStatus | undefined,
  wanted: string,
  cluster: Cluster,
): Promise<string[]> {
  if (found === undefined) return ['it is not there']
  if (found.status !== 'deployed') return [`revision ${found.revision} is ${found.status}`]
  if (found.chart !== chart.name || !isSameVersion(found.version, chart.version))
    return [`it was ${found.chart} ${found.version}`]
  return differences(cluster, { ...chart, wanted, deployed: found.manifest })
}

function shown(reasons: readonly string[]): string {
  const [first = '', ...rest] = reasons
  return rest.length === 0 ? first : `${first}, and ${rest.length} more`
}

async function refuseRefusedPods(
  objects: readonly KubernetesObject[],
  chart: ChartSpec,
  { host, talk }: Pick<Installation, 'host' | 'talk'>,
): Promise<void> {
  const { refusals: faults, doubts } = await tryPods(host.cluster, objects, chart)
  for (const doubt of doubts) talk.reporter.warn(doubt)
  if (faults.length === 0) return
  throw new SealiftError(
    'HELM_FAILED',
    `namespace ${chart.namespace} would not let pods of ${chart.release} in`,
    {
      faults,
      hints: [
        `change what refuses them (labels pod-security.kubernetes.io/* of namespace ${chart.namespace}, its quotas), or the values in the bundle`,
      ],
    },
  )
}
