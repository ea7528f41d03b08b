import { keptLogins, possibleLogins } from '../../../kernel/access/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import type { Cluster, Secret } from '../../../kernel/ports/index.ts'
import { readSecret } from '../secrets.ts'

/** Reads the admin's password that the site file names; nothing where it names none. It throws SITE_INVALID, CLUSTER_*. */
export function givenPassword(cluster: Cluster, { admin }: Site): (() => Promise<Secret>) | undefined {
  const { password: ref } = admin
  return ref && (() => readSecret(cluster, ref, 'admin.password'))
}

/**
 * Makes sure that a password that the site file names is there, as long as Sealift has no login of its own; from then on
 * the Secret may be deleted. `namespace` is Infisical's. @throws SealiftError SITE_INVALID, CLUSTER_*
 */
export async function requireGivenPassword(cluster: Cluster, site: Site, namespace: string): Promise<void> {
  const given = givenPassword(cluster, site)
  if (given === undefined) return
  if (possibleLogins(await keptLogins(cluster, namespace)).length === 0) await given()
}
