import { storeName } from '../../kernel/access/index.ts'
import { servesTeams } from '../../kernel/owned/index.ts'
import { type Cluster, type InfisicalSession, kinds } from '../../kernel/ports/index.ts'
import { askedBy } from '../../kernel/server-variables/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import type { Pace } from '../pace/index.ts'
import { sharingVariable } from './told.ts'
import { lookOf } from './wanted.ts'

/** Who asks for the variable, as it is noted in the cluster. */
export const lookAsker = 'look'

/**
 * Whether a look of before has left its variable behind: the file has none, the store of all teams is gone, and no
 * project shares anything, which would be seen no more without it.
 * @param shares asked last of all: whether any project shares something @throws SealiftError CLUSTER_*, and what it throws
 */
export async function isSharingLeft(
  tenancy: Tenancy,
  cluster: Cluster,
  shares: () => Promise<boolean>,
): Promise<boolean> {
  if (lookOf(tenancy) !== undefined) return false
  const asked = await askedBy(cluster, lookAsker)
  if (asked[sharingVariable] === undefined) return false
  if (servesTeams(await cluster.get(kinds.clusterSecretStore, storeName))) return false
  return !(await shares())
}

/** Whether any project shares something, whoever made it. @throws SealiftError SERVER_FAILED */
export async function sharesAnything({ sharing, tenancy }: InfisicalSession, pace: Pace): Promise<boolean> {
  const projects = await pace.read(() => tenancy.projects())
  const all = await Promise.all(projects.map(({ id }) => pace.read(() => sharing.grants(id))))
  return all.some(grants => (grants ?? []).length > 0)
}
