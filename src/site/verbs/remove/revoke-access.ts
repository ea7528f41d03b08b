import {
  adminSession,
  credentialsSecretName,
  infisicalAccess,
  keptLogins,
} from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import { asStep, kinds, type SiteHost, type Talk } from '../../../kernel/ports/index.ts'
import { installedBundle } from '../../install/index.ts'
import { revokeCredentials, storedKeys, type Wired } from '../../wire/index.ts'
import { databaseFate } from './database-fate.ts'

/** What is being removed. */
export interface Revoking {
  readonly site: Site
  readonly wired: Wired
  readonly purge: boolean
}

const what = 'client secrets of ESO’s machine identities in Infisical'
const theirs =
  'all that is in Infisical, people and projects among it: it was set up already when Sealift came'

/**
 * Revokes what ESO logs in to Infisical with, while the server is still there: whoever has a copy could go on reading
 * once the data is taken up again. Where a purge drops the database, that goes with it. Gives what was revoked, or what
 * was not and why, in a sentence. @throws SealiftError CLUSTER_UNREACHABLE
 */
export async function revokeAccess(
  revoking: Revoking,
  host: SiteHost,
  { reporter }: Talk,
): Promise<{ revoked: string[]; kept: string[] }> {
  const { wired } = revoking
  const [primary, copy] = await keptLogins(host.cluster, wired.infisical.namespace)
  const admin = primary ?? copy
  const credentials = [credentialsSecretName, wired.externalSecrets.namespace] as const
  const operator = await host.cluster.get(kinds.secret, ...credentials)
  if ((admin ?? operator) === undefined || (await goesWithDatabase(revoking, host)))
    return { revoked: [], kept: [] }
  const others = primary?.adopted || copy?.adopted ? [theirs] : []
  // A removal that came to its end has revoked them, or said why not; the server that could be asked went with it.
  if (operator === undefined && (await installedBundle(host.cluster))?.removed !== undefined)
    return { revoked: [], kept: others }
  const ended = await asStep(
    reporter,
    `Revoke ${what}`,
    () => revoke(host, wired.infisical.namespace),
    found => (typeof found === 'string' ? `not done: ${found}` : `${found} revoked`),
  )
  if (typeof ended === 'string') return { revoked: [], kept: [...others, `${what}, not revoked: ${ended}`] }
  return { revoked: ended > 0 ? [what] : [], kept: others }
}

async function goesWithDatabase({ purge, site, wired }: Revoking, { cluster }: SiteHost): Promise<boolean> {
  if (!purge) return false
  try {
    return databaseFate(site, await storedKeys(cluster, wired.infisical.namespace)).dropped
  } catch (error) {
    // The purge will say so when it comes to the database.
    if (!(error instanceof SealiftError) || error.code === 'CLUSTER_UNREACHABLE') throw error
    return false
  }
}

/** How many were revoked, or why they could not be. */
async function revoke(host: SiteHost, namespace: string): Promise<number | string> {
  const access = infisicalAccess(host, namespace)
  try {
    return await revokeCredentials(await adminSession(host.cluster, await access.server(), namespace))
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code === 'CLUSTER_UNREACHABLE') throw error
    return error.message
  } finally {
    await access.close()
  }
}
