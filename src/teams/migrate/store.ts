import { storeIdentity } from '../../kernel/access/index.ts'
import { fieldsOf } from '../../kernel/objects/index.ts'
import { keptCredentials, storeCredentials } from '../../kernel/owned/index.ts'
import {
  type Cluster,
  type Infisical,
  type InfisicalSession,
  kinds,
  type StoreReading,
} from '../../kernel/ports/index.ts'
import type { Expansion } from './unfit/index.ts'

/** One environment of a project, by their slugs. */
export interface Environment {
  readonly project: string
  readonly environment: string
}

/** Name of the ClusterSecretStore that `stores apply` makes for an environment. */
export const storeOf = ({ project, environment }: Environment): string => `${project}.${environment}`

/** What the environment's store says of references; where there is none, what those that Sealift makes say. */
export async function expansionOf(cluster: Cluster, of: Environment): Promise<Expansion> {
  const store = await cluster.get(kinds.clusterSecretStore, storeOf(of))
  if (store === undefined) return { replaces: false, by: 'a store of sealift stores apply' }
  const { infisical } = fieldsOf(fieldsOf(store['spec'])['provider'])
  const scope = fieldsOf(fieldsOf(infisical)['secretsScope'])
  // The operator's own default is to replace them.
  return { replaces: scope['expandSecretReferences'] !== false, by: `store ${storeOf(of)}` }
}

/** Somebody who reads as External Secrets Operator does. */
export interface Reader {
  readonly reading: StoreReading
  /** Who it is, for people. */
  readonly who: string
}

/**
 * The identity that the environment's store logs in with; the admin where there is none that can.
 * @param namespace External Secrets Operator's, where it can be told @throws SealiftError SERVER_FAILED, CLUSTER_*
 */
export async function readerOf(
  of: Environment,
  cluster: Cluster,
  { infisical, session }: { readonly infisical: Infisical; readonly session: InfisicalSession },
  namespace: string | undefined,
): Promise<Reader> {
  const admin = { reading: session.batches, who: 'the admin' }
  if (namespace === undefined) return admin
  const kept = await keptCredentials(cluster, infisical, storeCredentials(storeOf(of), namespace))
  if (kept === undefined) return admin
  const { clientId, clientSecret } = kept
  const token = await infisical.loginIdentity({ clientId: clientId.reveal(), clientSecret })
  return { reading: infisical.reading(token), who: `identity ${storeIdentity(of.project, of.environment)}` }
}
