import { systemNamespace } from '../../../kernel/access/index.ts'
import {
  type Clock,
  type Cluster,
  type InfisicalSession,
  type KubernetesObject,
  kinds,
  type SecretPlace,
} from '../../../kernel/ports/index.ts'

/** What a check's ExternalSecret and Secret are called; a random part follows, which those of an older Sealift lack. */
const prefix = 'sealift-check'
const ofCheck = new RegExp(`^${prefix}(-[0-9a-f]{8})?$`)

/** Milliseconds after which a check is over: what still bears its name is of one that was killed. */
const longest = 120_000

/** Seconds for what is taken away beside the work: where ESO is down, nobody takes its finalizers off. */
export const briefly = 15

/** The names of a check's objects in the cluster, and of its secret in Infisical, by a random part of 8 hex digits. */
export function checkNames(random: string): { name: string; key: string } {
  const name = `${prefix}-${random}`
  return { name, key: keyOf(name) }
}

const keyOf = (name: string) => name.toUpperCase().replaceAll('-', '_')

/** Where {@link sweepChecks} looks. */
export interface Sweeping {
  readonly cluster: Cluster
  readonly session: InfisicalSession
  readonly clock: Clock
  /** Where the store may read. */
  readonly place: SecretPlace
}

/**
 * Takes away what checks that were killed have left; of one that may be at work, nothing. What cannot be taken away now
 * is no error: the next one tries again. @throws SealiftError SERVER_FAILED, CLUSTER_* where nobody can look
 */
export async function sweepChecks(sweeping: Sweeping): Promise<void> {
  const { cluster, session, place, clock } = sweeping
  // The ExternalSecrets last: those that keep what was seen before are seen, too.
  const keys = new Set(await session.secretNames(place))
  const secrets = await cluster.list(kinds.secret, systemNamespace)
  const orders = await cluster.list(kinds.externalSecret, systemNamespace)
  const isYoung = ({ metadata }: KubernetesObject) =>
    clock.now() - Date.parse(String(metadata['creationTimestamp'])) < longest
  const young = new Set(orders.filter(isYoung).map(({ metadata }) => metadata.name))
  const objects = new Set([...orders, ...secrets].map(({ metadata }) => metadata.name))
  const lost = [...keys]
    .map(key => key.toLowerCase().replaceAll('_', '-'))
    .filter(name => keys.has(keyOf(name)))
  const left = [...new Set([...objects, ...lost])].filter(name => ofCheck.test(name) && !young.has(name))
  await Promise.allSettled(
    left.flatMap(name => [
      ...(objects.has(name) ? [clean(sweeping, name, briefly)] : []),
      ...(keys.has(keyOf(name)) ? [session.deleteSecret(place, keyOf(name))] : []),
    ]),
  )
}

/**
 * Takes away what a proof or a check made in the cluster; what is not there is fine. Each deletion waits for
 * `timeoutSeconds` at most. @throws SealiftError CLUSTER_*
 */
export async function clean(
  { cluster }: Pick<Sweeping, 'cluster'>,
  name: string,
  timeoutSeconds?: number,
): Promise<void> {
  // ESO owns the Secret and would make it anew: its order first.
  await cluster.delete(kinds.externalSecret, name, systemNamespace, timeoutSeconds)
  await cluster.delete(kinds.secret, name, systemNamespace, timeoutSeconds)
}
