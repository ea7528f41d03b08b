import { keptLogins, possibleLogins } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import { type Cluster, Secret } from '../../../kernel/ports/index.ts'
import { readSecret } from '../secrets.ts'

/** Reads the admin's password that the site file names; nothing where it names none. It throws SITE_INVALID, CLUSTER_*. */
export function givenPassword(cluster: Cluster, { admin }: Site): (() => Promise<Secret>) | undefined {
  const { password: ref } = admin
  return (
    ref &&
    (async () => {
      // Infisical trims it at every login; a Secret that was made of a file often ends with a line's end.
      const password = (await readSecret(cluster, ref, 'admin.password')).reveal().trim()
      if (password !== '') return new Secret(password)
      throw new SealiftError(
        'SITE_INVALID',
        `admin.password: key ${ref.key} of Secret ${ref.namespace}/${ref.name} is empty`,
        { hints: ['Put the password of the admin there.'] },
      )
    })
  )
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
