import { SealiftError } from '../../errors/index.ts'
import type { Step } from '../../install/index.ts'
import { type Cluster, type Helm, type KubernetesObject, kinds } from '../../ports/index.ts'
import type { ChartSpec } from '../../spec/index.ts'
import { externalSecretsValues, infisicalValues, managed, showingCertificate } from '../../wire/index.ts'
import { parseAllYaml, parseYaml } from '../../yaml/index.ts'
import { carriedText, chartFile } from './carried.ts'
import type { Installation } from './install-steps.ts'
import { podTrouble } from './pod-trouble.ts'

/** Per chart, in the spec's order: its CRDs, applied server-side, then the release. */
export function releaseSteps(installation: Installation): Step[] {
  const { host, helm, wired } = installation
  return wired.spec.charts.flatMap(chart => {
    const { release, namespace, crdValues } = chart
    const install: Step = {
      id: `release-${release}`,
      title: `Install ${chart.name} ${chart.version}`,
      holds: async () => (await helm.status(release, namespace))?.status === 'deployed',
      run: () => installRelease(chart, installation),
    }
    if (crdValues === undefined) return [install]
    const crds: Step = {
      id: `crds-${release}`,
      title: `Apply CRDs of ${chart.name}`,
      holds: async () => (await host.cluster.list(kinds.crd, undefined, ownedBy(release))).length > 0,
      run: say => applyCrds(chart, installation, say),
    }
    return [crds, install]
  })
}

/** Label selector of the CRDs that Sealift applied for a release. */
export function ownedBy(release: string): string {
  return `dev.sealift/release=${release}`
}

async function applyCrds(
  chart: ChartSpec,
  { bundle, helm, host, wired, talk }: Installation,
  say: (detail: string) => void,
): Promise<string> {
  const values = [...(await bundledValues(chart, { bundle })), chart.crdValues]
  const packed = await chartFile(bundle, chart, host.files)
  try {
    const { release, namespace } = chart
    const rendered = await helm.template(
      { release, namespace, chart: packed.path, values },
      wired.spec.kubernetes,
      talk.signal,
    )
    const crds = (parseAllYaml(rendered) as KubernetesObject[]).filter(({ kind }) => kind === kinds.crd.kind)
    for (const [i, crd] of crds.entries()) {
      talk.signal.throwIfAborted()
      say(`${i + 1} of ${crds.length}`)
      const labels = {
        ...crd.metadata.labels,
        ...managed,
        'dev.sealift/release': release,
      }
      await host.cluster.apply({ ...crd, metadata: { ...crd.metadata, labels } })
    }
    return `${crds.length} applied server-side`
  } finally {
    await packed.dispose()
  }
}

async function installRelease(
  chart: ChartSpec,
  { bundle, site, helm, host, talk }: Installation,
): Promise<string> {
  const derived =
    chart.wire === 'infisical'
      ? infisicalValues(site)
      : chart.wire === 'external-secrets'
        ? externalSecretsValues()
        : {}
  const values = [...(await bundledValues(chart, { bundle })), derived]
  const packed = await chartFile(bundle, chart, host.files)
  try {
    const { release, namespace, timeoutSeconds } = chart
    await forgetUnfinished(release, namespace, helm, host.cluster)
    const upgrade = () =>
      helm.upgrade({ release, namespace, chart: packed.path, values }, timeoutSeconds, talk.signal)
    const { revision } = await (chart.wire === 'external-secrets'
      ? showingCertificate(host.cluster, namespace, { clock: host.clock, signal: talk.signal }, upgrade)
      : upgrade())
    return `release ${release} in ${namespace}, revision ${revision}, all pods ready`
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'HELM_FAILED') throw error
    throw error.with({ faults: await podTrouble(host.cluster, chart.namespace) })
  } finally {
    await packed.dispose()
  }
}

/**
 * Forgets a revision that helm was killed in the middle of: helm would refuse every later run with "another
 * operation is in progress". What it made stays, and is taken over by the next revision.
 */
export async function forgetUnfinished(
  release: string,
  namespace: string,
  helm: Pick<Helm, 'status'>,
  cluster: Pick<Cluster, 'delete'>,
): Promise<boolean> {
  const found = await helm.status(release, namespace)
  if (found === undefined || !found.status.startsWith('pending-')) return false
  const record = `sh.helm.release.v1.${release}.v${found.revision}`
  await cluster.delete(kinds.secret, record, namespace)
  return true
}

async function bundledValues(
  { values }: ChartSpec,
  { bundle }: Pick<Installation, 'bundle'>,
): Promise<unknown[]> {
  return Promise.all(values.map(async path => parseYaml(await carriedText(bundle, path)) ?? {}))
}
