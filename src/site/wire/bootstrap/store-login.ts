import {
  type AdminLogin,
  adminSecretName,
  instanceMark,
  systemNamespace,
} from '../../../kernel/access/index.ts'
import { storeSecret } from '../../../kernel/owned/index.ts'
import type { Cluster } from '../../../kernel/ports/index.ts'

/** Writes the login into both places, with what is known of bootstrap's identity. Tells whether it wrote. @throws SealiftError FOREIGN_INSTALL, CLUSTER_* */
export async function storeLogin(
  cluster: Cluster,
  namespace: string,
  { email, password, organization, organizationId }: AdminLogin,
  mark?: string,
): Promise<boolean> {
  const values = { email, password, organization, organizationId }
  let changed = false
  for (const place of [systemNamespace, namespace])
    changed =
      (await storeSecret(cluster, place, adminSecretName, values, { [instanceMark]: mark })) || changed
  return changed
}
