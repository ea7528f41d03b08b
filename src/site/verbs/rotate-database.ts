import * as z from 'zod'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import { asStep, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { restartForEnvironment } from '../../kernel/server-variables/index.ts'
import { installedInfisical, underLease } from '../install/index.ts'
import {
  askDatabase,
  madeAtServer,
  madeForDatabase,
  makePassword,
  type OwnDatabase,
  ownDatabase,
  podAddresses,
  readyDatabase,
  replaceInEnvironment,
  type SiteServices,
  servicesOf,
  storedKeys,
  withPassword,
} from '../wire/index.ts'

/** What was done. */
export const rotatedDatabase = z.strictObject({
  site: z.string(),
  /** Name of the role. */
  role: z.string(),
  /** Whether Infisical's pods had another login. */
  changed: z.boolean(),
  /** Whether they were started anew. */
  restarted: z.boolean(),
})
export type RotatedDatabase = z.infer<typeof rotatedDatabase>

/**
 * Gives Infisical's role in PostgreSQL another password, and starts its pods anew with it, one after the other: those
 * that run keep the sessions that they have. Where the site brings a URI, what that is now is taken. The new login is
 * stored before it is set, so that the next install mends what is interrupted between.
 * @throws SealiftError NOT_INSTALLED, FOREIGN_INSTALL, LOCK_INVALID, SITE_INVALID, KEYS_LOST, DATABASE_*, HELM_FAILED, SITE_BUSY, CLUSTER_*
 */
export async function rotateDatabase(site: Site, host: SiteHost, talk: Talk): Promise<RotatedDatabase> {
  const { cluster, clock, random } = host
  await installedInfisical(cluster, site)
  return await underLease(
    { ...host, about: { site: site.metadata.name } },
    talk,
    async ({ reporter, signal }) => {
      const namespace = await installedInfisical(cluster, site)
      const services = servicesOf(site, host, namespace)
      const own = await asStep(reporter, 'Try the login that there is', () => ownLogin(services))
      const brought = site.database.uri !== undefined
      const next = brought ? own : withPassword(own, makePassword(random))
      const changed = await asStep(
        reporter,
        brought ? 'Take the login that the site brings' : `Give role ${own.parts.user} another password`,
        async say => {
          const stored = await replaceInEnvironment(cluster, namespace, environmentOf(next))
          // Nothing is asked of free connections: there are to be no more than before.
          await readyDatabase(services, next, 0, { signal, progress: say })
          return stored
        },
        stored => (stored ? 'done' : 'it is the same as before'),
      )
      const restarted = await asStep(
        reporter,
        'Start Infisical anew',
        say => restartForEnvironment({ cluster, clock, signal, say }, namespace),
        started => (started ? 'is up' : 'it has started with this login already'),
      )
      return { site: site.metadata.name, role: own.parts.user, changed, restarted }
    },
  )
}

/** The login as it is, of a role that is this site's; where the server can be reached at all. */
async function ownLogin(services: SiteServices): Promise<OwnDatabase> {
  const { cluster, namespace, site } = services
  const stored = await storedKeys(cluster, namespace)
  const own = await ownDatabase(services, stored)
  if (site.database.uri !== undefined) {
    await askDatabase(services, own.uri, own.place.ca)
    return own
  }
  if (!madeForDatabase(stored, site.database) || !madeAtServer(stored, site.database))
    throw new SealiftError(
      'FOREIGN_INSTALL',
      "this site's keys were made for another database than the site file names",
      { hints: ['correct database in the site file, or install with it first'] },
    )
  const { databaseUri, databaseCa } = await podAddresses(cluster, namespace)
  try {
    if (databaseUri !== undefined) await askDatabase(services, databaseUri, databaseCa)
  } catch (error) {
    // One that is stored and was never set, by a rotation that was killed: another is set now.
    if (!(error instanceof SealiftError) || error.code !== 'DATABASE_DENIED') throw error
  }
  return own
}

function environmentOf({ uri, place: { ca } }: OwnDatabase) {
  const more = ca === undefined ? {} : { DB_ROOT_CERT: Buffer.from(ca).toString('base64') }
  return { DB_CONNECTION_URI: uri, ...more }
}
