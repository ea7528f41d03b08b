import { SealiftError } from '../../../kernel/errors/index.ts'
import { type OperatedCluster, operatedBy, tellOperator } from '../cloudnativepg/index.ts'
import { through } from '../reach.ts'
import type { SiteServices } from '../services.ts'
import { wouldMark } from './keys-mark.ts'
import { targetOf } from './operated-database.ts'
import { loginOf } from './operated-login.ts'
import type { OwnDatabase } from './own-database.ts'
import { type OwnLogin, tryOwnLogin } from './own-login.ts'
import { asOwn, inspectDatabase } from './site-database.ts'
import type { TargetState } from './target-database.ts'

/** Something in PostgreSQL that would be made or changed. */
export interface DatabaseChange {
  readonly change: 'create' | 'change'
  readonly kind: 'role' | 'database' | 'tables' | 'comment'
  readonly name: string
  readonly detail: string
}

/**
 * What {@link readyDatabase} would make and change, and which tables there are. Writes nothing to PostgreSQL; the objects
 * of CloudNativePG are applied to `services.cluster`, which is one that only asks. `fingerprint` is that of keys that
 * are there already.
 * @throws SealiftError DATABASE_*, FOREIGN_INSTALL, SITE_INVALID, CLUSTER_*
 */
export async function planDatabase(
  services: SiteServices,
  own: OwnDatabase,
  connections: number,
  fingerprint: string | undefined,
): Promise<DatabaseChange[]> {
  const { site } = services
  const { database } = own.parts
  const operated = await operatedBy(services)
  const found = await inspectDatabase(services, own, connections)
  const made = site.database.uri === undefined
  const changes: DatabaseChange[] = []
  if (operated !== undefined) changes.push(...(await byOperator(services, operated, own)))
  else if (made) changes.push(...(await byAdministrator(services, own, found)))
  if (found.state?.infisical !== true)
    changes.push({
      ...{ change: 'create', kind: 'tables', name: database },
      detail: 'Infisical makes its own at its first start',
    })
  const there = found.state !== undefined
  if (!there || (await mayMark(services, own, fingerprint)))
    changes.push({
      ...{ change: 'change', kind: 'comment', name: database },
      detail: 'says by a fingerprint which keys open it',
    })
  return changes
}

/** The same as wouldMark, and so where its own role cannot log in before its password is set anew. */
async function mayMark(...asked: Parameters<typeof wouldMark>): Promise<boolean> {
  try {
    return await wouldMark(...asked)
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'DATABASE_DENIED') return true
    throw error
  }
}

async function byAdministrator(
  services: SiteServices,
  own: OwnDatabase,
  { role, state }: TargetState,
): Promise<DatabaseChange[]> {
  const { user, database } = own.parts
  const takes = async () =>
    (
      await through(services, 'database', own.parts, endpoint =>
        tryOwnLogin(services.database, asOwn(own, endpoint)),
      )
    ).answer !== 'refused'
  return [
    ...roleChange(user, role, !role || (await takes())),
    ...databaseChange(database, user, state !== undefined),
  ]
}

async function byOperator(
  services: SiteServices,
  at: OperatedCluster,
  own: OwnDatabase,
): Promise<DatabaseChange[]> {
  const { cluster, database } = services
  const target = targetOf(services, own.parts)
  const found: OwnLogin = await through(services, 'database', at.primary, endpoint =>
    tryOwnLogin(database, loginOf(at, own, endpoint)),
  )
  const lines = await tellOperator({ cluster, at, target }, own.parts.password)
  const known = found.answer !== 'refused'
  const there = found.answer === 'in' || found.answer === 'closed'
  const person =
    lines === undefined || known ? '' : ', which a person adds to spec.managed.roles of the Cluster'
  const by = `by CloudNativePG, Cluster ${at.namespace}/${at.name}`
  return [
    ...(known ? [] : roleChange(target.user, false, true, `${by}${person}`)),
    ...databaseChange(target.name, target.user, there, by),
  ]
}

function roleChange(name: string, there: boolean, takes: boolean, by = 'with a login'): DatabaseChange[] {
  if (!there) return [{ change: 'create', kind: 'role', name, detail: by }]
  return takes ? [] : [{ change: 'change', kind: 'role', name, detail: 'its password is set anew' }]
}

function databaseChange(name: string, owner: string, there: boolean, by?: string): DatabaseChange[] {
  if (there) return []
  const detail = `owned by ${owner}, UTF8, closed to everybody else${by === undefined ? '' : `; ${by}`}`
  return [{ change: 'create', kind: 'database', name, detail }]
}
