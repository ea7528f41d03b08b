import type { PlannedChange } from '../../../plan/index.ts'
import {
  databaseConnections,
  fingerprintOf,
  planDatabase,
  storedKeys,
  storeKeys,
} from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'
import { wantedSecrets } from '../services.ts'

/**
 * What preparing database and keys would do; the Secrets are applied to the installation's cluster, which only asks.
 * `data` says whether the database holds an Infisical.
 * @throws SealiftError DATABASE_*, KEYS_LOST, FOREIGN_INSTALL, SITE_INVALID, CLUSTER_*
 */
export async function plannedDatabase(
  installation: Installation,
): Promise<{ changes: PlannedChange[]; data: boolean }> {
  const { wired, host } = installation
  const there = await storedKeys(host.cluster, wired.infisical.namespace)
  const { services, own, state, kept } = await wantedSecrets(installation)
  await storeKeys(host.cluster, kept)
  const fingerprint = there && fingerprintOf(there)
  const changes = await planDatabase(services, own, databaseConnections(1), fingerprint)
  return { changes, data: state?.infisical ?? false }
}
