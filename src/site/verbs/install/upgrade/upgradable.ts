import { compatibility, type Finding, refuseUnfit, renderChart } from '../../../compatibility/index.ts'
import type { Receipt } from '../../../install/index.ts'
import { mayTakeSnapshot } from '../../../snapshot/index.ts'
import { ownDatabase, servicesOf, storedKeys } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'
import type { Allowances } from '../request.ts'

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
  const findings = await upgradeFindings(receipt, installation, allow)
  for (const { ok, seen, hint } of findings)
    if (ok === 'doubt') reporter.warn(hint === undefined ? seen : `${seen}; ${hint}`)
  refuseUnfit(findings)
}

/** What is seen of every rule before an upgrade. Changes nothing. @throws SealiftError CLUSTER_*, DATABASE_*, HELM_FAILED, RENDER_FAILED, BUNDLE_* */
export async function upgradeFindings(
  receipt: Receipt,
  installation: Installation,
  { skipMinors = false }: Pick<Allowances, 'skipMinors'>,
): Promise<readonly Finding[]> {
  const { host, helm, bundle, wired, site, talk } = installation
  const { cluster, files } = host
  const rendering = { bundle, wired, site, helm, files, signal: talk.signal }
  const rules = await compatibility({
    ...{ cluster, helm, receipt, bundle, wired, skipMinors },
    render: chart => renderChart(chart, rendering),
  })
  return [...rules, await wayBack(installation)]
}

/** Whether the database can be copied, without which nothing leads back. */
async function wayBack({ host, site, wired }: Installation): Promise<Finding> {
  const { namespace } = wired.infisical
  const services = servicesOf(site, host, namespace)
  const own = await ownDatabase(services, await storedKeys(host.cluster, namespace))
  const may = await mayTakeSnapshot(services, own)
  if ('fault' in may) return { id: 'database/copy', ok: 'no', seen: may.fault, hint: may.hint }
  return { id: 'database/copy', ok: 'yes', seen: `the database can be copied, as the ${may.by}` }
}
