import type { Site } from '../../kernel/inputs/index.ts'
import type { Cluster } from '../../kernel/ports/index.ts'
import type { Variables } from '../../kernel/server-variables/index.ts'
import { readSecret } from './secrets.ts'

/**
 * The variables of Infisical's server that site.yaml names, those in Secrets as they are there now.
 * @throws SealiftError SITE_INVALID where a Secret or its key is not there, CLUSTER_*
 */
export async function siteVariables(
  cluster: Cluster,
  { infisical }: Pick<Site, 'infisical'>,
): Promise<Variables> {
  const values = Object.entries(infisical.env).map(async ([name, value]) => {
    if (typeof value === 'string') return [name, value] as const
    return [name, await readSecret(cluster, value.secret, `infisical.env.${name}`)] as const
  })
  return Object.fromEntries(await Promise.all(values))
}
