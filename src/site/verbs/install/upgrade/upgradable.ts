import { compatibility, type Finding, refuseUnfit } from '../../../compatibility/index.ts'
import type { Receipt } from '../../../install/index.ts'
import { mayTakeSnapshot } from '../../../snapshot/index.ts'
import { ownDatabase, servicesOf, storedKeys } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'

/**
 * Makes sure that a bundle may follow what is installed, and that there is a way back from it, before anything is changed;
 * doubts are told. @throws SealiftError UPGRADE_UNFIT with all that forbids it, CLUSTER_*, DATABASE_*
 */
export async function requireUpgradable(receipt: Receipt, installation: Installation): Promise<void> {
  const { host, helm, bundle, wired, talk } = installation
  const rules = await compatibility({ cluster: host.cluster, helm, receipt, bundle, wired })
  const findings = [...rules, await wayBack(installation)]
  for (const { ok, seen, hint } of findings)
    if (ok === 'doubt') talk.reporter.warn(hint === undefined ? seen : `${seen}; ${hint}`)
  refuseUnfit(findings)
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
