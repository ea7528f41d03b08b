import { SealiftError } from '../../../kernel/errors/index.ts'
import type { DatabaseLogin, Endpoint } from '../../../kernel/ports/index.ts'
import type { OperatedCluster } from '../cloudnativepg/index.ts'
import { through } from '../reach.ts'
import type { SiteServices } from '../services.ts'
import { withSession } from '../session.ts'
import { explained } from './database-rights.ts'
import type { OwnDatabase } from './own-database.ts'
import type { OwnLogin } from './own-login.ts'
import type { Prepared } from './prepare-database.ts'

/** Infisical's own login at the primary, which `endpoint` reaches. */
export function loginOf(
  { primary }: OperatedCluster,
  { parts, place }: OwnDatabase,
  endpoint: Endpoint,
): DatabaseLogin {
  const { user, password, database } = parts
  return { ...place, serverName: primary.host, ...endpoint, user, password, database }
}

/** Does a check of the server; where it does not fit, its settings are the Cluster's. @throws what the check throws */
export async function fitting<T>({ namespace, name }: OperatedCluster, check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'DATABASE_UNFIT') throw error
    throw error.with({
      hints: [`What is set at this server is spec.postgresql.parameters of Cluster ${namespace}/${name}.`],
    })
  }
}

/** Through the pooler, as Infisical's pods will. @throws SealiftError DATABASE_* */
export async function tryPooler(services: SiteServices, own: OwnDatabase): Promise<void> {
  const { parts, place } = own
  try {
    await through(services, 'database', parts, endpoint =>
      withSession(services.database, { ...parts, ...place, ...endpoint }, async () => {}),
    )
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'DATABASE_UNREACHABLE') throw error
    throw error.with({
      hints: [
        `A pooler shows the Cluster's certificate: have ${parts.host} in the Cluster's spec.certificates.serverAltDNSNames, or say database.tls: require.`,
      ],
    })
  }
}

/** Operators before 1.25 make no databases: the role does, which may. @throws SealiftError DATABASE_* */
export async function makeItself(
  database: SiteServices['database'],
  login: DatabaseLogin,
  name: string,
  { answer }: OwnLogin,
): Promise<Prepared['database']> {
  if (answer !== 'absent') return 'unchanged'
  await withSession(database, { ...login, database: 'postgres' }, session =>
    explained(login, () =>
      session.query(`CREATE DATABASE ${session.identifier(name)} ENCODING 'UTF8' TEMPLATE template0`),
    ),
  )
  return 'created'
}
