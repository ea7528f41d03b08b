import { printable, SealiftError, systemCode } from '../../../kernel/errors/index.ts'
import type { Database, DatabaseLogin, DatabaseSession } from '../../../kernel/ports/index.ts'
import { withSession } from '../session.ts'
import type { RealPlace } from './real-place.ts'
import { borrowRole, databaseOwner } from './roles.ts'

/** Who may make, rename and drop databases that have the owner of Infisical's, in a session of his. */
export interface DatabaseMaker {
  readonly session: DatabaseSession
  readonly login: DatabaseLogin
  readonly by: 'role' | 'administrator'
  /** The role that Infisical's database belongs to: its own one, or one that it is a member of. */
  readonly owner: string
}

/** Why one may not, and what to do about it. */
interface Lacks {
  readonly fault: string
  readonly hint: string
}

/**
 * A session outside Infisical's own database: as Infisical's role where that may make databases and has its own, else as the
 * site's administrator, who is a member of the owner for as long as the work takes. No statement of it is cut off by time.
 * @throws SealiftError DATABASE_DENIED where neither may, DATABASE_*, SITE_INVALID, CLUSTER_*
 */
export async function asDatabaseMaker<T>(
  database: Database,
  place: RealPlace,
  work: (maker: DatabaseMaker) => Promise<T>,
): Promise<T> {
  const own = place.login
  const role = await asRole(database, place)
  const admin = 'fault' in role ? await place.admin() : undefined
  if ('fault' in role && admin === undefined) throw denied(role)
  const [login, by] = 'fault' in role ? [admin ?? own, 'administrator' as const] : [role, 'role' as const]
  return await withSession(database, login, async session => {
    const found = await looked(session, own)
    if (!found.makes) throw denied(neither(own, login))
    await session.query('SET statement_timeout = 0')
    return await borrowRole(session, found.owner, () => work({ session, login, by, owner: found.owner }))
  })
}

const denied = ({ fault, hint }: Lacks) => new SealiftError('DATABASE_DENIED', fault, { hints: [hint] })

function neither(own: DatabaseLogin, administrator: DatabaseLogin): Lacks {
  const [user, admin] = [own, administrator].map(({ user }) => printable(user))
  return {
    fault: `neither ${user} nor administrator ${admin} may make databases, so none can be copied`,
    hint: `let the administrator: ALTER ROLE ${admin} CREATEDB, as a superuser`,
  }
}

/** Infisical's login in a database that is neither copied nor renamed, where it may do both. */
async function asRole(
  database: Database,
  { login: own, operated }: RealPlace,
): Promise<DatabaseLogin | Lacks> {
  const { refused, login, found } = await besideOwn(database, own)
  if (found === undefined)
    return {
      fault: refused?.message ?? '',
      hint: 'a database is copied and renamed from another one: let the role into postgres, or name an administrator under database.admin',
    }
  const [user, name, owner] = [own.user, own.database, found.owner].map(one => printable(one))
  if (!found.member)
    return {
      fault: `database ${name} belongs to ${owner}, and ${user} may not copy or rename it`,
      hint: `give it to the role: ALTER DATABASE ${name} OWNER TO ${user}; or name an administrator under database.admin`,
    }
  if (found.makes) return login
  return {
    fault: `${user} may not make databases, so none can be copied`,
    hint: operated
      ? 'let it: createdb: true in its DatabaseRole, or under spec.managed.roles of the Cluster'
      : `let it: ALTER ROLE ${user} CREATEDB; or name an administrator under database.admin`,
  }
}

/** Looks as Infisical's role, in `postgres`; where that is not there or closed to it, in `template1`. */
async function besideOwn(database: Database, own: DatabaseLogin) {
  let refused: SealiftError | undefined
  for (const name of ['postgres', 'template1']) {
    const login = { ...own, database: name, catalogOnly: true }
    try {
      return { login, found: await withSession(database, login, session => looked(session, own)) }
    } catch (error) {
      if (!(error instanceof SealiftError)) throw error
      if (error.code !== 'DATABASE_DENIED' && systemCode(error.cause) !== '3D000') throw error
      refused ??= error
    }
  }
  return { login: own, refused }
}

/** Whether a session's role may make databases, and has the rights of the owner of Infisical's. */
async function looked(session: DatabaseSession, { user, database }: DatabaseLogin) {
  const owner = (await databaseOwner(session, database))?.owner ?? user
  const [row] = await session.query(
    `SELECT rolsuper OR rolcreatedb AS may, pg_has_role(oid, $1, 'USAGE') AS member
       FROM pg_roles WHERE rolname = current_user`,
    [owner],
  )
  return { owner, makes: row?.['may'] === true, member: row?.['member'] === true }
}
