import * as z from 'zod'
import type { Site } from '../../kernel/inputs/index.ts'
import type { SiteHost, Talk } from '../../kernel/ports/index.ts'
import { type ArchiveWanted, archiveRecipients, takeArchive } from '../backup/index.ts'
import { installedInfisical, underLease } from '../install/index.ts'

/** What to back up, where to, and who may open it. */
export interface BackupVerbRequest extends ArchiveWanted {
  readonly site: Site
  /** Sealift's version. */
  readonly version: string
}

/** An archive that was written. */
export const backedUp = z.strictObject({
  site: z.string(),
  path: z.string(),
  /** sha256 of the file, hex. */
  digest: z.string(),
  bytes: z.number(),
  database: z.strictObject({ bytes: z.number(), version: z.string() }),
  recipients: z.array(z.string()),
  /** Whether a restore of it was rehearsed. */
  rehearsed: z.boolean(),
  /** Older archives that were removed. */
  removed: z.array(z.string()),
  seconds: z.number(),
})
export type BackedUp = z.infer<typeof backedUp>

/**
 * Writes an archive of the site for the safe, and removes older ones where the request says how many stay.
 * @throws SealiftError KEY_INVALID, NOT_INSTALLED, BACKUP_FAILED, SITE_BUSY, DATABASE_*, DISK_FULL, FILE_FAILED, CLUSTER_*
 */
export async function backup(request: BackupVerbRequest, host: SiteHost, talk: Talk): Promise<BackedUp> {
  const { site, version, ...wanted } = request
  await archiveRecipients(site, wanted.recipients)
  await installedInfisical(host.cluster, site)
  const about = { site: site.metadata.name }
  return await underLease({ ...host, about }, talk, async talk => {
    const { recipients, removed, ...made } = await takeArchive(wanted, { site, version }, host, talk)
    return { ...about, ...made, recipients: [...recipients], removed: [...removed] }
  })
}
