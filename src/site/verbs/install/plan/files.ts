import { dirname } from 'node:path'
import type { Cluster } from '../../../../kernel/ports/index.ts'
import { observeKeys } from '../../../check/index.ts'
import type { PlannedChange } from '../../../plan/index.ts'
import { fingerprintOf, readKeysRecord, storedKeys } from '../../../wire/index.ts'
import { siteRecipients } from '../escrow-step.ts'
import type { Installation } from '../installation.ts'

/** The files that would be written beside the journal, but for that itself. @throws SealiftError KEY_INVALID, CLUSTER_* */
export async function plannedFiles(
  { site, wired, journal }: Installation,
  cluster: Cluster,
): Promise<PlannedChange[]> {
  const recipients = await siteRecipients(site)
  if (recipients.length === 0) return []
  const keys = await storedKeys(cluster, wired.infisical.namespace)
  const fingerprint = keys === undefined ? '' : fingerprintOf(keys)
  const { state } = observeKeys(fingerprint, await readKeysRecord(cluster), site.escrow)
  if (state === 'escrowed') return []
  const detail = `the keys, for ${recipients.length} age recipients`
  return [
    {
      change: 'create',
      kind: 'escrow',
      name: `${site.metadata.name}.keys-*.age in ${dirname(journal)}`,
      detail,
    },
  ]
}
