import { keysSecretName } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Patience } from '../../../kernel/owned/index.ts'
import {
  databaseBy,
  type Making,
  type OperatedCluster,
  refuseOthersObjects,
  roleBy,
  standing,
  takeDatabase,
  takeRole,
} from '../cloudnativepg/index.ts'
import { through } from '../reach.ts'
import type { SiteServices } from '../services.ts'
import { withSession } from '../session.ts'
import { checkDatabase, type DatabaseFacts } from './database.ts'
import { explained } from './database-rights.ts'
import { firstLook } from './first-look.ts'
import { fitting, loginOf, makeItself, tryPooler } from './operated-login.ts'
import type { OwnDatabase } from './own-database.ts'
import { type OwnLogin, tryOwnLogin } from './own-login.ts'
import type { Prepared } from './prepare-database.ts'
import { ownComment } from './roles.ts'
import type { TargetState } from './target-database.ts'

/** How the operator is waited for, and who is told of it. */
export type Watched = Omit<Patience, 'clock'> & { readonly tell?: Making['tell'] }

type Inspected = { readonly facts?: DatabaseFacts } & TargetState

/**
 * Looks at a database that the operator makes, or has made, and changes nothing. `facts` are missing while nobody can
 * log in to ask. @throws SealiftError DATABASE_*, FOREIGN_INSTALL, KEYS_LOST, CLUSTER_*
 */
export async function inspectOperated(
  services: SiteServices,
  at: OperatedCluster,
  own: OwnDatabase,
  connections: number,
): Promise<Inspected> {
  const { cluster, database } = services
  const target = targetOf(services, own.parts)
  return await through(services, 'database', at.primary, async endpoint => {
    const login = loginOf(at, own, endpoint)
    const found = await tryOwnLogin(database, login)
    await refuseOthersObjects(cluster, at, target, found.answer !== 'refused')
    refuseOthersOwner(found, target)
    if (found.answer === 'in') {
      const facts = await fitting(at, () =>
        withSession(database, login, session => checkDatabase(session, connections, target.name)),
      )
      return { facts, role: false, state: found.state }
    }
    const look = await fitting(at, () => firstLook({ cluster, database, at, login, target, connections }))
    if (found.answer === 'absent') return { ...look.facts, role: false }
    const told = await standing(cluster, at, target)
    if (own.fresh && (look.database ?? told.database)) throw unopened(at, target.name)
    return { ...look.facts, role: look.role && !told.role }
  })
}

/**
 * Has the operator make role and database, takes the database from everybody else, and checks it as its own role.
 * @throws SealiftError DATABASE_*, FOREIGN_INSTALL, CLUSTER_*
 */
export async function readyOperated(
  services: SiteServices,
  at: OperatedCluster,
  own: OwnDatabase,
  connections: number,
  { tell = () => {}, ...watched }: Watched,
): Promise<Prepared> {
  const { cluster, clock, database } = services
  const target = targetOf(services, own.parts)
  const making: Making = { cluster, at, target, patience: { clock, ...watched }, tell }
  const prepared = await through(services, 'database', at.primary, async endpoint => {
    const login = loginOf(at, own, endpoint)
    const look = () => tryOwnLogin(database, login)
    await refuseOthersObjects(cluster, at, target, (await look()).answer !== 'refused')
    const role = await roleBy(making, own.parts.password, async () => (await look()).answer !== 'refused')
    refuseOthersOwner(await look(), target)
    const made = at.knows.database
      ? await databaseBy(making, async () => (await look()).answer === 'in')
      : await makeItself(database, login, target.name, await look())
    await withSession(database, login, async session => {
      await explained(login, () =>
        session.query(`REVOKE ALL ON DATABASE ${session.identifier(target.name)} FROM PUBLIC`),
      )
      await fitting(at, () => checkDatabase(session, connections, target.name))
    })
    return { role, database: made }
  })
  if (at.pooled) await tryPooler(services, own)
  return prepared
}

/**
 * Has the operator drop both; only for `remove --purge`. Gives why they stay, if they do.
 * @throws SealiftError DATABASE_*, CLUSTER_*
 */
export async function purgeOperated(
  services: SiteServices,
  at: OperatedCluster,
  own: OwnDatabase,
): Promise<string | undefined> {
  const { cluster, database } = services
  const target = targetOf(services, own.parts)
  if (!at.knows.database) return 'its operator drops none: drop it, and take the role out of the Cluster'
  const ask = () =>
    through(services, 'database', at.primary, endpoint => tryOwnLogin(database, loginOf(at, own, endpoint)))
  const kept = await takeDatabase(cluster, at, target)
  if (kept !== undefined) return kept
  if ((await ask()).answer === 'in') return 'there is no Database object by which its operator would drop it'
  const role = await takeRole(cluster, at, target)
  if (role !== undefined || (await ask()).answer === 'refused') return role
  return 'there is no DatabaseRole object by which its operator would drop the role'
}

export function targetOf({ site }: SiteServices, { database, user }: OwnDatabase['parts']) {
  return { name: database, user, comment: ownComment, site: site.metadata.name }
}

/** What the operator is told to make it takes up, whoever has it. @throws SealiftError FOREIGN_INSTALL */
function refuseOthersOwner(found: OwnLogin, { name, user }: { name: string; user: string }): void {
  const theirs = found.answer === 'closed' || (found.answer === 'in' && found.owner !== user)
  if (!theirs) return
  const whose = found.answer === 'in' ? `belongs to ${found.owner}` : `is closed to ${user}`
  throw new SealiftError('FOREIGN_INSTALL', `database ${name} is there already and ${whose}`, {
    hints: ['Give database.name another name, or point database.uri at a database that is ready.'],
  })
}

function unopened({ namespace, name }: OperatedCluster, database: string): SealiftError {
  return new SealiftError(
    'KEYS_LOST',
    `database ${database} is in Cluster ${namespace}/${name} already, and nothing on this site opens it`,
    {
      hints: [
        `Put Secret ${keysSecretName} back from a backup.`,
        'To begin anew, give database.name and database.user other names, or drop it if nobody needs it.',
      ],
    },
  )
}
