import * as z from 'zod'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import type { SiteHost, Talk } from '../../kernel/ports/index.ts'
import { keepNewest, rehearseBackup, temporaryIdentity, writeBackup } from '../backup/index.ts'
import { installedInfisical, underLease } from '../install/index.ts'
import { requireRecipients } from '../wire/index.ts'

/** What to back up, where to, and who may open it. */
export interface BackupVerbRequest {
  readonly site: Site
  readonly folder: string
  /** Of the command line; those of the site file where there is none. */
  readonly recipients: readonly string[]
  /** How many archives of this site stay in the folder; all of them when left out. */
  readonly keep?: number
  /** Whether the archive is restored into a scratch database before older ones go. */
  readonly rehearse: boolean
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
  const { site, folder, version, keep } = request
  const recipients = await recipientsOf(request)
  await installedInfisical(host.cluster, site)
  const about = { site: site.metadata.name }
  return await underLease({ ...host, about }, talk, async talk => {
    const own = request.rehearse ? await temporaryIdentity(recipients) : undefined
    const all = [...recipients, ...(own ? [own.recipient] : [])]
    const made = await writeBackup({ site, folder, recipients: all, version }, host, talk)
    if (own !== undefined)
      await rehearseBackup({ site, path: made.path, identities: [own.identity] }, host, talk)
    const removed = keep === undefined ? [] : await keepNewest(host.files, folder, site.metadata.name, keep)
    return { ...about, ...made, recipients: [...recipients], rehearsed: own !== undefined, removed }
  })
}

async function recipientsOf({ site, recipients }: BackupVerbRequest): Promise<readonly string[]> {
  const listed = Array.isArray(site.escrow) ? site.escrow : []
  const given =
    recipients.length > 0
      ? recipients.map(text => ({ text, where: '--recipient' }))
      : listed.map((text: string) => ({ text, where: 'escrow in the site file' }))
  if (given.length > 0) return await requireRecipients(given)
  throw new SealiftError(
    'KEY_INVALID',
    'nobody is named who could open the backup, and it is never written in clear',
    {
      hints: [
        'name an age recipient: --recipient age1…, or a list of them under escrow in the site file',
        'age-keygen -o identity.txt makes an identity; the age1… that it prints is its recipient',
      ],
    },
  )
}
