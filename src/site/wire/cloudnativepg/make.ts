import { isManaged } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { covers } from '../../../kernel/owned/index.ts'
import {
  type Cluster,
  isTerminating,
  type KubernetesObject,
  kinds,
  type Secret,
} from '../../../kernel/ports/index.ts'
import { ensure } from '../ensure.ts'
import { untilInline } from './inline.ts'
import type { Making } from './making.ts'
import { untilApplied } from './until-applied.ts'
import { databaseObject, loginSecret, roleObject, stanza } from './wanted.ts'

/**
 * Has the operator make the role, or give it this password, and waits until it can log in. Writes nothing where all is
 * as it should be; tells what came of it.
 * @param takes whether the server takes the login now
 * @throws SealiftError DATABASE_UNFIT with the operator's words, DATABASE_DENIED where nobody adds the role to the
 * Cluster, CLUSTER_*
 */
export async function roleBy(
  making: Making,
  password: Secret,
  takes: () => Promise<boolean>,
): Promise<'created' | 'changed' | 'unchanged'> {
  const { cluster, at, target } = making
  const secret = loginSecret(at, target, password)
  const role = roleObject(at, target)
  const known = await takes()
  const inline = !at.knows.role || at.inline.some(({ name }) => name === target.user)
  const live = inline ? undefined : await cluster.get(kinds.cnpgRole, role.metadata.name, at.namespace)
  const there = live !== undefined || at.inline.some(({ name }) => name === target.user)
  const wrote = await put(cluster, secret)
  const told = inline ? false : await put(cluster, role)
  if (!(wrote || told) && known && applied(live) !== false) return 'unchanged'
  if (inline) await untilInline(making, secret, takes)
  else await untilApplied(making, role, takes, secret)
  if (!(wrote || told) && known) return 'unchanged'
  return there || known ? 'changed' : 'created'
}

/**
 * Has the operator make the database, and waits until it is there. An operator makes nothing again that was dropped by
 * hand until it is told anew: then the object is made anew. Tells what came of it.
 * @param opens whether Infisical's role gets into the database now
 * @throws SealiftError DATABASE_UNFIT with the operator's words, CLUSTER_*
 */
export async function databaseBy(
  making: Making,
  opens: () => Promise<boolean>,
): Promise<'created' | 'unchanged'> {
  const { cluster, at, target } = making
  const database = databaseObject(at, target)
  const { name, namespace } = database.metadata
  const open = await opens()
  const live = await cluster.get(kinds.cnpgDatabase, name, namespace)
  if (!open && applied(live) === true) await cluster.delete(kinds.cnpgDatabase, name, namespace)
  const told = await put(cluster, database)
  if (open && !told && applied(live) !== false) return 'unchanged'
  await untilApplied(making, database, opens)
  return open ? 'unchanged' : 'created'
}

/**
 * Tells the operator what {@link roleBy} and {@link databaseBy} would, and waits for nothing: for a cluster that only asks.
 * Gives what a person has to add to the Cluster, where the role is that person's to add. @throws SealiftError CLUSTER_*
 */
export async function tellOperator(
  { cluster, at, target }: Pick<Making, 'cluster' | 'at' | 'target'>,
  password: Secret,
): Promise<string | undefined> {
  const listed = at.inline.some(({ name }) => name === target.user)
  await put(cluster, loginSecret(at, target, password))
  if (at.knows.role && !listed) await put(cluster, roleObject(at, target))
  if (at.knows.database) await put(cluster, databaseObject(at, target))
  return at.knows.role || listed ? undefined : stanza(at, target)
}

/** What the operator says of an object: `false` for a fault, also where what it stands for is there all the same. */
function applied(object: KubernetesObject | undefined): boolean | undefined {
  return (object?.['status'] as { applied?: boolean } | undefined)?.applied
}

/** Applies an object where it is not there as wanted; what others have added to it stays. Tells whether it wrote. */
async function put(cluster: Cluster, object: KubernetesObject): Promise<boolean> {
  const { name, namespace } = object.metadata
  const live = await cluster.get(object, name, namespace)
  if (live !== undefined && !isTerminating(live) && isManaged(live) && covers(live, object)) return false
  try {
    return await ensure(cluster, object)
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'CLUSTER_FAILED') throw error
    throw error.with({
      hints: [
        "CloudNativePG's operator admits it: is it up? kubectl get pods -A -l app.kubernetes.io/name=cloudnative-pg",
      ],
    })
  }
}
