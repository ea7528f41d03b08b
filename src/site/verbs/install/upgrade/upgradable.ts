import type { KubernetesObject } from '../../../../kernel/ports/index.ts'
import {
  compatibility,
  type ExpectedDowntime,
  expectedDowntime,
  type Finding,
  judgeWayBack,
  refuseUnfit,
  renderChart,
} from '../../../compatibility/index.ts'
import type { Receipt } from '../../../install/index.ts'
import { schemaProspect } from '../../../migrations/index.ts'
import { databaseIn } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'
import type { Allowances } from '../request.ts'

/** What is known of an upgrade before its first change. */
export interface Prospect {
  readonly findings: readonly Finding[]
  /** Names of the migrations that the new server will run. */
  readonly migrations: readonly string[]
  readonly downtime: ExpectedDowntime
}

/**
 * Makes sure that a bundle may follow what is installed, and that there is a way back from it, before anything is changed;
 * doubts are told. @throws SealiftError UPGRADE_UNFIT with all that forbids it, CLUSTER_*, DATABASE_*
 */
export async function requireUpgradable(
  receipt: Receipt,
  installation: Installation,
  allow: Pick<Allowances, 'skipMinors'>,
): Promise<void> {
  const { reporter } = installation.talk
  const { findings } = await prospectOf(receipt, installation, allow)
  for (const { ok, seen, hint } of findings)
    if (ok === 'doubt') reporter.warn(hint === undefined ? seen : `${seen}; ${hint}`)
  refuseUnfit(findings)
}

/** What is seen of every rule before an upgrade. Changes nothing. @throws SealiftError CLUSTER_*, DATABASE_*, HELM_FAILED, RENDER_FAILED, BUNDLE_* */
export async function prospectOf(
  receipt: Receipt,
  installation: Installation,
  { skipMinors = false }: Pick<Allowances, 'skipMinors'>,
): Promise<Prospect> {
  const { host, helm, bundle, wired, site, talk } = installation
  const { cluster, files } = host
  const { release, namespace } = wired.infisical
  const rendering = { bundle, wired, site, helm, files, signal: talk.signal }
  let server: readonly KubernetesObject[] = []
  const rules = await compatibility({
    ...{ cluster, helm, receipt, bundle, wired, skipMinors },
    render: async chart => {
      const rendered = await renderChart(chart, rendering)
      if (chart.release === release) server = rendered.objects
      return rendered
    },
  })
  const { services, own } = await databaseIn(site, host, namespace)
  const { findings, pending } = await schemaProspect(services, own, bundle, server)
  const { finding, bytes } = await judgeWayBack(services, own)
  return {
    findings: [...rules, ...findings, finding],
    migrations: pending,
    downtime: expectedDowntime(receipt, release, bytes),
  }
}
