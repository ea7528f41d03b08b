import { keysSecretName } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import { type DatabaseUri, parseDatabaseUri } from '../database-uri.ts'
import { fingerprintOf, type Keys, refusePlantedKeys, type StoredKeys } from '../keys/index.ts'
import { through } from '../reach.ts'
import type { SiteServices } from '../services.ts'
import { withSession } from '../session.ts'
import { canonicalHost } from '../uri-parts.ts'
import type { OwnDatabase } from './own-database.ts'

type Stored = Pick<StoredKeys, 'databaseUri'> | undefined

/** Where keys on the site say that their database is; nothing where they do not say. @throws SealiftError SITE_INVALID */
export function storedPlace(stored: Stored): DatabaseUri | undefined {
  const uri = stored?.databaseUri
  return uri === undefined ? undefined : parseDatabaseUri(uri, 'the stored DB_CONNECTION_URI')
}

/** Whether keys were made for this role and database; where they lie may have changed since. */
export function madeForDatabase(stored: Stored, { user, name }: Site['database']): boolean {
  const made = storedPlace(stored)
  return made?.user === user && made.database === name
}

/** Whether keys were made for a database at this very server. */
export function madeAtServer(stored: Stored, { host, port }: Site['database']): boolean {
  const made = storedPlace(stored)
  return made !== undefined && canonicalHost(made.host) === canonicalHost(host) && made.port === port
}

/** A database that was looked at, and what the site knows of it. */
export interface Claim {
  readonly own: OwnDatabase
  readonly stored: (Keys & Pick<StoredKeys, 'databaseUri' | 'restored'>) | undefined
  /** Whether the role that an administrator would make is there. */
  readonly role: boolean
  /** Whether it holds an Infisical. */
  readonly data: boolean
  /** Infisical's namespace. */
  readonly namespace: string
  /** Whether keys in it may be those of an older Sealift, which marked no namespace. */
  readonly older?: boolean
  /** Fingerprint of the keys that it was made with, where it says so. */
  readonly keysMark?: string | undefined
  /** Lets a site go on with another database than its keys were made for. */
  readonly takeOver: boolean
}

/**
 * Makes sure that a database is this site's, or nobody's. Keys that were made for one elsewhere would leave their data,
 * and take a stranger's or begin a new Infisical in silence: unless there is data there that their own login opens, as
 * where it has moved, the user must say so. A role that Sealift made for somebody else is never taken.
 * @throws SealiftError FOREIGN_INSTALL, CLUSTER_*
 */
export async function refuseOthersDatabase(services: SiteServices, claim: Claim): Promise<void> {
  const { own, stored, role, data, namespace, older, takeOver } = claim
  const made = storedPlace(stored)
  if (made === undefined) return (await areItsKeys(claim)) ? undefined : refuseOthersRole(own, role)
  const same = placeOf(made) === placeOf(own.parts)
  // Under whatever login: the site's own is given a new name at times, and nothing is left elsewhere.
  if (same && !role) return
  const here = same && made.user === own.parts.user
  if ((here || data) && (await logsIn(services, own, made))) return
  // Its password is to be set anew: not by keys that nobody knows the origin of.
  if (here) return refusePlantedKeys(services.cluster, namespace, older)
  if (!takeOver)
    throw new SealiftError(
      'FOREIGN_INSTALL',
      `this cluster's Infisical keeps its data in database ${placeOf(made)}; the site file names ${placeOf(own.parts)}, ${data ? 'which does not know its login' : 'which holds none'}`,
      {
        hints: [
          'take the site file of this cluster, or move role, password and data there first',
          'to go on with that database and leave the other: --take-over',
        ],
      },
    )
  refuseOthersRole(own, role)
}

/**
 * Whether keys that know no login are this database's all the same: they came from an escrow of this site, and the
 * database names no others; or they are put back by hand, and it names them. Its login is then made anew.
 * @throws SealiftError KEYS_LOST where it names others
 */
async function areItsKeys({ stored, data, keysMark }: Claim): Promise<boolean> {
  if (stored === undefined || !data) return false
  if (keysMark === undefined) return stored.restored !== undefined
  const fingerprint = fingerprintOf(stored)
  if (fingerprint === keysMark) return true
  throw new SealiftError(
    'KEYS_LOST',
    `the database was made with keys of fingerprint ${keysMark}; those on this cluster have ${fingerprint}`,
    {
      hints: [
        `Delete Secrets ${keysSecretName}, put the keys back from the escrow of ${keysMark} (sealift keys restore), and run install again.`,
      ],
    },
  )
}

const placeOf = ({ host, port, database }: DatabaseUri) => `${database} at ${canonicalHost(host)}:${port}`

/** Whether the login that the site keeps is taken by the database that the site file names. */
async function logsIn(
  services: SiteServices,
  { parts, place }: OwnDatabase,
  { user, password }: DatabaseUri,
): Promise<boolean> {
  try {
    await through(services, 'database', parts, endpoint =>
      withSession(
        services.database,
        { ...place, ...endpoint, user, password, database: parts.database },
        async () => {},
      ),
    )
    return true
  } catch (error) {
    if (error instanceof SealiftError && error.code !== 'CLUSTER_UNREACHABLE') return false
    throw error
  }
}

function refuseOthersRole({ parts }: OwnDatabase, role: boolean): void {
  if (!role) return
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `role ${parts.user} is in PostgreSQL already, made by Sealift, but this site's keys know nothing of it`,
    {
      hints: [
        'Another site uses it: give database.user and database.name other names.',
        `Or it was this one's: put Secret ${keysSecretName} back, by sealift keys restore or from a backup.`,
      ],
    },
  )
}
