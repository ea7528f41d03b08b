import { readValues } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Cluster, Database, DatabaseLogin } from '../../../kernel/ports/index.ts'
import type { OperatedCluster } from '../cloudnativepg/index.ts'
import { withSession } from '../session.ts'
import { checkServer, type DatabaseFacts, refuseEncoding } from './database.ts'
import { databaseOwner, ownComment, roleComment } from './roles.ts'

/** What can be seen of a server before Infisical has a role there. */
export interface FirstLook {
  readonly facts: { readonly facts?: DatabaseFacts }
  /** Whether the role that would be made is there, as one that Sealift made. */
  readonly role: boolean
  /** Whether the database is there; missing where nobody can be asked. */
  readonly database?: boolean
}

/** What is looked for, and how. */
export interface Looking {
  readonly cluster: Cluster
  readonly database: Database
  readonly at: OperatedCluster
  /** Of Infisical's role, as it will be. */
  readonly login: DatabaseLogin
  readonly target: { readonly name: string; readonly user: string }
  readonly connections: number
}

/**
 * Looks with the login of the Cluster's own application, where it has one: the operator takes up a role and a database
 * that are there, whosever they are, and there is no superuser to ask. It reads what every role may.
 * @throws SealiftError FOREIGN_INSTALL for what Sealift did not make, DATABASE_UNFIT, DATABASE_UNREACHABLE, CLUSTER_*
 */
export async function firstLook(looking: Looking): Promise<FirstLook> {
  const { cluster, database, at, login, connections } = looking
  const { name, user } = looking.target
  const values = (await readValues(cluster, at.namespace, at.firstLogin))?.values
  const [as, password] = [values?.get('username')?.reveal(), values?.get('password')]
  const within = values?.get('dbname')?.reveal() ?? at.first.database ?? as
  if (!as || password === undefined || !within) return { facts: {}, role: false }
  try {
    const first = { ...login, user: as, password, database: within, catalogOnly: true }
    return await withSession(database, first, async session => {
      const facts = await checkServer(session, connections, name)
      const comment = await roleComment(session, user)
      if (comment !== undefined && comment !== ownComment)
        throw foreign(`role ${user} is in PostgreSQL already, and Sealift did not make it`)
      const found = await databaseOwner(session, name)
      if (found !== undefined && found.owner !== user)
        throw foreign(`database ${name} is there already and belongs to ${found.owner}`)
      if (found !== undefined) refuseEncoding(found.encoding, name)
      return { facts: { facts }, role: comment !== undefined, database: found !== undefined }
    })
  } catch (error) {
    // Its password was changed since, or it may not log in any more: that is not ours to mend.
    if (error instanceof SealiftError && error.code === 'DATABASE_DENIED') return { facts: {}, role: false }
    throw error
  }
}

function foreign(message: string): SealiftError {
  return new SealiftError('FOREIGN_INSTALL', message, {
    hints: [
      'Give database.user and database.name other names, or point database.uri at a database that is ready.',
    ],
  })
}
