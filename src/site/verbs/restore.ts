import * as z from 'zod'
import type { Site } from '../../kernel/inputs/index.ts'
import type { Secret, SiteHost, Talk } from '../../kernel/ports/index.ts'
import { rehearseBackup, restoreBackup } from '../backup/index.ts'
import { requireOwnRecords, underLease } from '../install/index.ts'
import { type AskPassphrase, identitiesIn } from '../wire/index.ts'

/** Which archive, and what opens it. */
export interface RestoreVerbRequest {
  readonly site: Site
  readonly file: string
  /** Path of a file with age identities. */
  readonly identity: string
}

/** What was put back. */
export const restoredBackup = z.strictObject({
  site: z.string(),
  path: z.string(),
  /** ISO time of the backup. */
  at: z.string(),
  /** What was installed when it was made. */
  bundle: z.strictObject({ name: z.string(), version: z.string(), digest: z.string() }),
  fingerprint: z.string(),
  keys: z.array(z.string()),
  database: z.string(),
  setAside: z.string().optional(),
  started: z.boolean(),
  /** Whether an upgrade waits for it that is to be taken back. */
  wayBack: z.boolean(),
  seconds: z.number(),
})
export type RestoredBackup = z.infer<typeof restoredBackup>

/** A restore that was tried, and nothing else. */
export const rehearsedBackup = z.strictObject({
  site: z.string(),
  path: z.string(),
  at: z.string(),
  tables: z.number(),
  rows: z.number(),
  seconds: z.number(),
})
export type RehearsedBackup = z.infer<typeof rehearsedBackup>

/**
 * Puts the keys and the database of an archive back.
 * @throws SealiftError BACKUP_INVALID, BACKUP_FAILED, UPGRADE_UNFIT, KEY_INVALID, WRONG_SITE, FOREIGN_INSTALL, KEYS_LOST, SITE_BUSY, DATABASE_*, HELM_FAILED, FILE_FAILED, CLUSTER_*
 */
export async function restore(
  request: RestoreVerbRequest,
  host: SiteHost,
  talk: Talk,
  ask: AskPassphrase,
): Promise<RestoredBackup> {
  const { site, file: path } = request
  const identities = await before(request, host, ask)
  return await underLease({ ...host, about: { site: site.metadata.name } }, talk, async talk => {
    const { keys, ...done } = await restoreBackup({ site, path, identities }, host, talk)
    return { ...done, keys: [...keys] }
  })
}

/**
 * Restores an archive's database into a scratch database of the site's server, counts its rows, and drops it again.
 * @throws SealiftError like {@link restore}, NOT_INSTALLED
 */
export async function rehearse(
  request: RestoreVerbRequest,
  host: SiteHost,
  talk: Talk,
  ask: AskPassphrase,
): Promise<RehearsedBackup> {
  const { site, file: path } = request
  const identities = await before(request, host, ask)
  const about = { site: site.metadata.name }
  return await underLease({ ...host, about }, talk, async talk => ({
    ...about,
    ...(await rehearseBackup({ site, path, identities }, host, talk)),
  }))
}

async function before(
  { site, file, identity }: RestoreVerbRequest,
  { cluster, files }: SiteHost,
  ask: AskPassphrase,
): Promise<readonly Secret[]> {
  // A name that was mistyped is told before a passphrase is asked for, and before the lease is taken.
  await (await files.openBundle(file)).close()
  const identities = await identitiesIn(await files.readPrivate(identity), identity, ask)
  await requireOwnRecords(cluster, site.metadata.name)
  return identities
}
