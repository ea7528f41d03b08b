import * as z from 'zod'
import { SealiftError } from '../../../../kernel/errors/index.ts'
import type { SiteHost, Talk } from '../../../../kernel/ports/index.ts'
import { readUpgrade, stepOutcome, underLease, upgradeNote } from '../../../install/index.ts'
import { readManifests } from '../../../wire/index.ts'
import { withOpened } from '../opened.ts'
import type { InstallRequest } from '../request.ts'
import { requireCopy } from './require-copy.ts'
import { returned } from './way-back.ts'

/** What was put back. */
export const rollbackResult = z.strictObject({
  site: z.string(),
  steps: z.array(stepOutcome),
  upgrade: upgradeNote,
  seconds: z.number(),
})
type RollbackResult = z.infer<typeof rollbackResult>

/**
 * Takes a site back to what it was before its last upgrade, database included, while the copy is kept. Of the bundle nothing
 * but its helm is used: that of either version does. What was written since is in the database that is set aside.
 * @throws SealiftError NOT_INSTALLED where no upgrade leads back, or its copy is gone, ROLLBACK_FAILED, any of the site's and the bundle's codes
 */
export async function rollback(request: InstallRequest, host: SiteHost, talk: Talk): Promise<RollbackResult> {
  const started = host.clock.now()
  const { cluster } = host
  const { site } = request.site
  const any = { ...request, allow: { ...request.allow, downgrade: true, upgrade: true } }
  return await withOpened(any, host, talk, async ({ bundle, wired, look, helm, access }) => {
    const about = { site: site.metadata.name, bundle: bundle.digest }
    return await underLease({ ...host, about }, talk, async talk => {
      const note = await readUpgrade(cluster)
      if (note === undefined || note.state === 'returned')
        throw new SealiftError('NOT_INSTALLED', 'no upgrade of this site leads back', {
          hints: [
            note === undefined
              ? 'sealift restore brings back what an archive has'
              : `it went back to ${note.from.version} already, at ${note.at}`,
          ],
        })
      const installation = {
        ...{ bundle, site, wired, helm, host, talk, access, way: look.way, takeOver: look.takeOver },
        manifests: await readManifests(host.manifests),
        begin: async () => {},
        journal: request.journal,
      }
      await requireCopy(note, installation)
      const noted = { note }
      const steps = await returned(noted, installation, request.site, note.why ?? 'asked for')
      const seconds = (host.clock.now() - started) / 1000
      return { site: site.metadata.name, steps: [...steps], upgrade: noted.note, seconds }
    })
  })
}
