import * as z from 'zod'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import { asStep, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { restartForEnvironment } from '../../kernel/server-variables/index.ts'
import { installedInfisical, underLease } from '../install/index.ts'
import { askDatabase, databaseCa, podAddresses, replaceInEnvironment, servicesOf } from '../wire/index.ts'

/** What was done. */
export const rotatedCa = z.strictObject({
  site: z.string(),
  /** Whether Infisical's pods had another CA. */
  copied: z.boolean(),
  /** Whether they were started anew. */
  restarted: z.boolean(),
})
export type RotatedCa = z.infer<typeof rotatedCa>

/**
 * Copies the CA that PostgreSQL's certificate is checked by to Infisical's pods, and starts them anew. It is tried
 * first, with their own login. Where all is as it should be nothing is done.
 * @throws SealiftError NOT_INSTALLED, FOREIGN_INSTALL, LOCK_INVALID, SITE_INVALID, KEYS_LOST, DATABASE_*, HELM_FAILED, SITE_BUSY, CLUSTER_*
 */
export async function rotateCa(site: Site, host: SiteHost, talk: Talk): Promise<RotatedCa> {
  const { cluster, clock } = host
  await installedInfisical(cluster, site)
  return await underLease(
    { ...host, about: { site: site.metadata.name } },
    talk,
    async ({ reporter, signal }) => {
      const namespace = await installedInfisical(cluster, site)
      const services = servicesOf(site, host, namespace)
      const ca = await databaseCa(services)
      if (ca === undefined)
        throw new SealiftError('SITE_INVALID', `database.tls is ${site.database.tls}: no CA is used`, {
          hints: [
            'Say tls: verify-full, with ca where CloudNativePG does not run PostgreSQL; then install again.',
          ],
        })
      const { databaseUri } = await podAddresses(cluster, namespace)
      if (databaseUri !== undefined)
        await asStep(reporter, 'Try the CA as Infisical does', () => askDatabase(services, databaseUri, ca))
      const copied = await asStep(
        reporter,
        'Copy the CA',
        () => replaceInEnvironment(cluster, namespace, { DB_ROOT_CERT: Buffer.from(ca).toString('base64') }),
        changed => (changed ? 'done' : 'was there'),
      )
      const restarted = await asStep(
        reporter,
        'Start Infisical anew',
        say => restartForEnvironment({ cluster, clock, signal, say }, namespace),
        started => (started ? 'is up' : 'it has started with this CA already'),
      )
      return { site: site.metadata.name, copied, restarted }
    },
  )
}
