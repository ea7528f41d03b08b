import * as z from 'zod'
import { adminSecretName, systemNamespace, withInfisical } from '../../kernel/access/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import { asStep, type Infisical, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { installedInfisical, underLease } from '../install/index.ts'
import { changePassword, proveChange } from '../wire/index.ts'

// A server that was installed answers: questions are asked again so often while its pod starts anew.
const attempts = 20

/** What was done. */
export const rotatedAdmin = z.strictObject({
  site: z.string(),
  /** Whose password it is. */
  email: z.string(),
  /** Where the new password lies, `NAMESPACE/NAME`. */
  secret: z.string(),
  /** What the server did not let Sealift end, in a sentence. */
  left: z.string().exactOptional(),
})
export type RotatedAdmin = z.infer<typeof rotatedAdmin>

/**
 * Gives the admin that Sealift logs in as another password, proves that the server takes it and not the one before, and
 * ends the sessions that were begun with that. What was stopped between is brought to its end by the next run, and by
 * the next install.
 * @throws SealiftError NOT_INSTALLED, FOREIGN_INSTALL, LOCK_INVALID, SERVER_FAILED, SITE_BUSY, CLUSTER_*
 */
export async function rotateAdmin(site: Site, host: SiteHost, talk: Talk): Promise<RotatedAdmin> {
  const { cluster, random } = host
  await installedInfisical(cluster, site)
  return await underLease(
    { ...host, about: { site: site.metadata.name } },
    talk,
    async ({ reporter, signal }) => {
      const namespace = await installedInfisical(cluster, site)
      const rotate = async (infisical: Infisical) => {
        const changed = await asStep(reporter, 'Give the admin another password', () =>
          changePassword({ cluster, infisical, random, namespace, signal }),
        )
        signal.throwIfAborted()
        const left = await asStep(
          reporter,
          'Prove it, and end all sessions',
          () => proveChange(infisical, changed),
          sentence => sentence ?? 'the password before is refused',
        )
        const { email } = changed.login
        const secret = `${systemNamespace}/${adminSecretName}`
        return { site: site.metadata.name, email, secret, ...(left === undefined ? {} : { left }) }
      }
      return await withInfisical(host, namespace, rotate, { attempts, signal })
    },
  )
}
