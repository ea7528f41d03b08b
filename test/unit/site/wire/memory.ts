/** In-memory ports for the wire room: small, and strict where the real things are. */
import { secretData } from '../../../../src/kernel/access/index.ts'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import {
  type CacheSession,
  type Cluster,
  type DatabaseSession,
  type KubernetesObject,
  kinds,
  type Random,
} from '../../../../src/kernel/ports/index.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'

const namespaces = ['sealift-system', 'infisical', 'external-secrets', 'databases']
const scopes = { ClusterSecretStore: 'Cluster', ExternalSecret: 'Namespaced' }

/** A cluster in memory with the namespaces of a site, ESO's kinds, and the given objects. */
export async function siteCluster(...objects: readonly KubernetesObject[]): Promise<MemoryCluster> {
  const cluster = memoryCluster()
  for (const name of namespaces) await cluster.apply({ ...kinds.namespace, metadata: { name } })
  for (const [kind, scope] of Object.entries(scopes))
    await cluster.apply({
      ...kinds.crd,
      metadata: { name: kind.toLowerCase() },
      spec: { group: 'external-secrets.io', scope, names: { kind }, versions: [{ name: 'v1' }] },
    })
  for (const object of objects) await cluster.apply(object)
  return cluster
}

/** A Secret's values in clear; `undefined` when there is no such Secret. */
export async function secretIn(
  cluster: Cluster,
  namespace: string,
  name: string,
): Promise<Record<string, string> | undefined> {
  const object = await cluster.get(kinds.secret, name, namespace)
  return object && Object.fromEntries([...secretData(object)].map(([key, value]) => [key, value.reveal()]))
}

/** Bytes that count up, so that every value is different and known. */
export function countingRandom(): Random {
  let next = 0
  return { bytes: length => Uint8Array.from({ length }, () => next++ % 256) }
}

/** Whether a question is about migrations: a database in memory has none, and nothing that one has left. */
export const isOfSchema = (sql: string) =>
  /IS NOT NULL AS there|make_interval|FROM pg_index|FROM pg_attribute/.test(sql)

/**
 * A session that answers every query with one row: for servers that cannot be had, such as PostgreSQL 13. What is said
 * of the database in its comment is in the row from then on.
 */
export function sessionOf(row: Record<string, unknown>): DatabaseSession {
  return {
    async query(sql) {
      const [, comment] = /^COMMENT ON DATABASE \S+ IS '(.*)'$/.exec(sql) ?? []
      if (comment !== undefined) row['mark'] = comment
      // Nobody else is connected.
      if (isOfSchema(sql) || sql.includes('WHERE datname = ANY')) return []
      return [row]
    },
    identifier: name => `"${name}"`,
    literal: text => `'${text}'`,
    close: async () => {},
  }
}

/** A cache that answers by command word; an Error is thrown, a missing word is an unknown command. */
export function cacheOf(answers: Readonly<Record<string, unknown>>): CacheSession {
  return {
    async command(...words) {
      const answer = answers[words.join(' ')] ?? answers[words[0] ?? '']
      if (answer instanceof Error) throw answer
      if (answer === undefined) throw new Error(`ERR unknown command '${words[0]}'`)
      return answer
    },
    close: async () => {},
  }
}

/** What a promise was rejected with. @throws Error when it was not */
export async function rejection(promise: Promise<unknown>): Promise<SealiftError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof SealiftError) return error
    throw error
  }
  throw new Error('it did not fail')
}
