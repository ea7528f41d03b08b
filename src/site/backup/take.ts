import type { Bundle } from '../../bundle/layout/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import type { SiteHost, Talk } from '../../kernel/ports/index.ts'
import { installedInfisical } from '../install/index.ts'
import { databaseIn, requireRecipients, temporaryIdentity } from '../wire/index.ts'
import { type BackupResult, writeBackup } from './backup.ts'
import { keepNewest } from './names.ts'
import { installedProspect } from './prospect.ts'
import { rehearseBackup } from './rehearse.ts'
import { fitting } from './tools.ts'
import { serverVersion, withTools } from './with-tools.ts'
import { isImageMissing } from './with-tools-pod.ts'

/** What is wanted of an archive for the safe. */
export interface ArchiveWanted {
  /** Path of the folder that it is written to. */
  readonly folder: string
  /** Recipients of the command line; those of the site file where there is none. */
  readonly recipients: readonly string[]
  /** How many archives of this site stay in the folder; all of them when left out. */
  readonly keep?: number
  /** Whether it is restored into a scratch database before older ones go. */
  readonly rehearse: boolean
}

/** An archive that was taken. */
export interface ArchiveTaken extends BackupResult {
  readonly recipients: readonly string[]
  readonly rehearsed: boolean
  /** Paths of older archives that were removed. */
  readonly removed: readonly string[]
}

/**
 * Writes an archive of the site, tries its restore where that is wanted, then removes older ones. `written` is told of it
 * before it is tried. To be called under the lease.
 * @throws SealiftError KEY_INVALID, NOT_INSTALLED, BACKUP_FAILED, BACKUP_INVALID, DATABASE_*, DISK_FULL, FILE_FAILED, CLUSTER_*
 */
export async function takeArchive(
  { folder, keep, rehearse, ...wanted }: ArchiveWanted,
  { site, version }: { readonly site: Site; readonly version: string },
  host: SiteHost,
  talk: Talk,
  written: (made: BackupResult) => Promise<void> = async () => {},
): Promise<ArchiveTaken> {
  const recipients = await archiveRecipients(site, wanted.recipients)
  const own = rehearse ? await temporaryIdentity(recipients) : undefined
  const all = [...recipients, ...(own ? [own.recipient] : [])]
  const made = await writeBackup({ site, folder, recipients: all, version }, host, talk)
  await written(made)
  if (own !== undefined)
    await rehearseBackup({ site, path: made.path, identities: [own.identity] }, host, talk)
  const removed = keep === undefined ? [] : await keepNewest(host.files, made.path, site.metadata.name, keep)
  return { ...made, recipients, rehearsed: own !== undefined, removed }
}

/**
 * Who may open an archive of a site: those who are given, else those of the site file.
 * @throws SealiftError KEY_INVALID where that is nobody, or one is mistyped
 */
export async function archiveRecipients(
  { escrow }: Pick<Site, 'escrow'>,
  recipients: readonly string[],
): Promise<readonly string[]> {
  const listed = Array.isArray(escrow) ? escrow : []
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

/**
 * Makes sure that an archive of the site can be taken: somebody could open it, and a pg_dump of the server's
 * version runs. An image for it that no node has yet may be of the bundle that is about to be loaded. Changes nothing. To be
 * called under the lease.
 * @throws SealiftError KEY_INVALID, NOT_INSTALLED, BACKUP_FAILED, DATABASE_*, CLUSTER_*
 */
export async function requireArchivable(
  { recipients }: Pick<ArchiveWanted, 'recipients'>,
  site: Site,
  host: SiteHost,
  talk: Talk,
  bundle?: Pick<Bundle, 'images' | 'has' | 'read'>,
): Promise<void> {
  await archiveRecipients(site, recipients)
  const namespace = await installedInfisical(host.cluster, site)
  const database = await databaseIn(site, host, namespace)
  try {
    await withTools(database, host, talk, async (tools, { login }) => {
      await fitting(tools, 'pg_dump', await serverVersion(host.database, login))
    })
  } catch (error) {
    if (bundle === undefined || !isImageMissing(error)) throw error
    // It comes with the bundle: what it is must do until then.
    const { ok, seen, hint } = await installedProspect(database, host, bundle)
    if (ok !== 'yes')
      throw new SealiftError('BACKUP_FAILED', seen, hint === undefined ? {} : { hints: [hint] })
    talk.reporter.note(`${seen}: it is tried once it is loaded`)
  }
}
