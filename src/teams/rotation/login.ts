import { secretData } from '../../kernel/access/index.ts'
import type { SecretRef } from '../../kernel/fields/index.ts'
import { type Cluster, kinds, Secret } from '../../kernel/ports/index.ts'
import { type From, reachServer } from '../../kernel/services/index.ts'
import { refusal } from './refusal.ts'
import type { At, Changer } from './role.ts'
import type { WantedRotation } from './wanted.ts'

/** A way to the role's server, for as long as `work` takes. @throws SealiftError DATABASE_*, TENANCY_UNMET, CLUSTER_* */
export async function atServer<T>(
  from: From,
  wanted: WantedRotation,
  work: (at: At) => Promise<T>,
): Promise<T> {
  const { host, port, name: database, tls, ca: ref } = wanted.database
  const ca = ref === undefined ? undefined : (await valueAt(from.cluster, ref, 'database.ca')).reveal()
  const server = {
    ...({ name: 'PostgreSQL', code: 'DATABASE_UNREACHABLE' } as const),
    field: `database of ${wanted.name} in the tenancy file`,
  }
  const forward = await reachServer(from, server, { host, port })
  try {
    const { host: here, port: at } = forward
    return await work({
      host: here,
      port: at,
      serverName: host,
      database,
      tls,
      bare: true,
      ...(ca === undefined ? {} : { ca }),
    })
  } finally {
    await forward.close()
  }
}

/** The administrator that the file names for a role. @throws SealiftError TENANCY_UNMET, CLUSTER_* */
export async function adminOf(cluster: Cluster, { admin }: WantedRotation): Promise<Changer | undefined> {
  if (admin === undefined) return undefined
  const { usernameKey, passwordKey, ...place } = admin
  const [user, password] = await Promise.all([
    valueAt(cluster, { ...place, key: usernameKey }, 'admin'),
    valueAt(cluster, { ...place, key: passwordKey }, 'admin'),
  ])
  // As a Secret that somebody wrote by hand has them: with a line's end.
  const trimmed = (value: Secret) => value.reveal().replace(/[\r\n]+$/, '')
  return { user: trimmed(user), password: new Secret(trimmed(password)) }
}

async function valueAt(
  cluster: Cluster,
  { namespace, name, key }: SecretRef,
  field: string,
): Promise<Secret> {
  const object = await cluster.get(kinds.secret, name, namespace)
  const value = object && secretData(object).get(key)
  if (value !== undefined) return value
  const where = `${namespace}/${name}`
  throw refusal(
    `${field}: ${object === undefined ? `there is no Secret ${where}` : `Secret ${where} has no key ${key}`}`,
  )
}
