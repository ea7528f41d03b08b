import { SealiftError } from '../../../../kernel/errors/index.ts'
import { installedProspect } from '../../../backup/index.ts'
import type { Finding } from '../../../compatibility/index.ts'
import { completedBundle, isOlder, readReceipt } from '../../../install/index.ts'
import type { InstallPlan } from '../../../plan/index.ts'
import { databaseIn } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'
import type { Allowances } from '../request.ts'
import { prospectOf } from '../upgrade/upgradable.ts'

/**
 * What is to be expected of an upgrade, and what forbids it, by the rules of versions; nothing where no older version is
 * here. @throws SealiftError CLUSTER_*, DATABASE_*, HELM_FAILED, RENDER_FAILED, BUNDLE_*, LOCK_INVALID
 */
export async function plannedUpgrade(
  installation: Installation,
  allow: Pick<Allowances, 'skipMinors'>,
): Promise<Pick<InstallPlan, 'upgrade'>> {
  const { cluster } = installation.host
  const here = await completedBundle(cluster)
  if (!isOlder(here, installation.bundle.lock.metadata)) return {}
  const prospect = await prospectOf(await readReceipt(cluster), installation, allow)
  const { migrations, downtime } = prospect
  const findings = [...prospect.findings, await archiveFinding(installation)]
  const those = (verdict: 'no' | 'doubt') =>
    findings.filter(({ ok }) => ok === verdict).map(({ id, seen }) => `${id}: ${seen}`.slice(0, 2000))
  return {
    upgrade: {
      ...{ from: here.version, unfit: those('no'), expect: those('doubt') },
      migrations: [...migrations],
      downtime: { ...downtime, from: [...downtime.from] },
    },
  }
}

/** Whether the archive that an upgrade takes first can be had. What nobody may look at is no reason to plan nothing. */
async function archiveFinding({ site, host, bundle, wired }: Installation): Promise<Finding> {
  try {
    return await installedProspect(await databaseIn(site, host, wired.infisical.namespace), host, bundle)
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'CLUSTER_DENIED') throw error
    const hint = 'print the rights of plan again: sealift rbac'
    return {
      id: 'archive-tools',
      ok: 'doubt',
      seen: `whether an archive can be taken was not looked at: ${error.message}`,
      hint,
    }
  }
}
