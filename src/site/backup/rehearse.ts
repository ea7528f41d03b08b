import type { Site } from '../../kernel/inputs/index.ts'
import { asStep, type Secret, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { withSession } from '../../kernel/services/index.ts'
import { installedInfisical } from '../install/index.ts'
import { migrationsApplied } from '../migrations/index.ts'
import { asMakerAt, dropLeft, dropScratch, makeScratch } from '../snapshot/index.ts'
import { atRealPlace, databaseIn } from '../wire/index.ts'
import { refuseOtherKeys, refuseOtherSite } from './belongs.ts'
import { requireFit, servedMigrations } from './fit.ts'
import { restoreInto } from './into.ts'
import { rehearsalMark } from './marks.ts'
import { type Opened, withArchive } from './open.ts'
import { withTools } from './with-tools.ts'

/** Which archive to try, and what opens it. */
export interface RehearsalRequest {
  readonly site: Site
  readonly path: string
  readonly identities: readonly Secret[]
}

/** A rehearsal that went well. */
export interface Rehearsed {
  readonly path: string
  /** ISO time of the backup. */
  readonly at: string
  readonly tables: number
  readonly rows: number
  readonly seconds: number
}

/**
 * Restores an archive's database into a scratch database at the site's own server, counts every table, makes sure that
 * the server here would start with it, and drops it again. One that a restore would refuse, of another site or of other keys,
 * does not come to the server: what is in a dump is run there. What Infisical uses is not touched. To be called under the lease.
 * @throws SealiftError BACKUP_INVALID, BACKUP_FAILED, WRONG_SITE, FOREIGN_INSTALL, KEY_INVALID, NOT_INSTALLED, DATABASE_*, FILE_FAILED, CLUSTER_*
 */
export async function rehearseBackup(
  request: RehearsalRequest,
  host: SiteHost,
  talk: Talk,
): Promise<Rehearsed> {
  const began = host.clock.now()
  return await opened(request, host, talk, async archive => {
    refuseOtherSite(archive, request)
    await rehearse(archive, request.site, host, talk)
    const { at, database } = archive.about
    const counts = Object.values(database.rows)
    return {
      ...{ path: request.path, at, tables: counts.length, rows: counts.reduce((sum, some) => sum + some, 0) },
      seconds: Math.round((host.clock.now() - began) / 1000),
    }
  })
}

/** Opens an archive as a step that people see. @throws SealiftError like {@link withArchive} */
export async function opened<T>(
  { path, identities }: Pick<RehearsalRequest, 'path' | 'identities'>,
  host: Pick<SiteHost, 'files'>,
  { reporter, signal, progressOn }: Talk,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const step = reporter.step(`Read ${path} whole`)
  const progress = progressOn(step)
  let read = false
  try {
    return await withArchive(
      { path, identities },
      host,
      (done, total) => {
        signal.throwIfAborted()
        progress({ done, total })
      },
      async archive => {
        read = true
        step.done(`backup of ${archive.about.site} at ${archive.about.at}`)
        return await work(archive)
      },
    )
  } catch (error) {
    if (!read) step.fail()
    throw error
  }
}

async function rehearse(archive: Opened, site: Site, host: SiteHost, talk: Talk): Promise<void> {
  const namespace = await installedInfisical(host.cluster, site)
  await refuseOtherKeys(archive, host.cluster, namespace)
  const database = await databaseIn(site, host, namespace)
  await withTools(database, host, talk, async (tools, place) => {
    const id = Buffer.from(host.random.bytes(4)).toString('hex')
    await asStep(talk.reporter, 'Rehearse the restore in a database beside', async say => {
      const { name } = await asMakerAt(host, place, maker => makeScratch(maker, { mark: rehearsalMark, id }))
      const drop = () => asMakerAt(host, place, maker => dropScratch(maker, name))
      try {
        say(`database ${name}`)
        await restoreInto(name, archive, { database: host.database, place, tools, talk, say })
        const has = await withSession(host.database, { ...place.login, database: name }, migrationsApplied)
        const served = await servedMigrations(host.database, place)
        await requireFit(archive, has, { cluster: host.cluster, namespace, served }, talk.reporter)
      } catch (error) {
        // Why the restore failed is what counts: the next rehearsal drops what is left.
        await drop().catch(() => {})
        throw error
      }
      await drop()
    })
  })
}

/** Drops the scratch databases that killed rehearsals have left. @throws SealiftError NOT_INSTALLED, DATABASE_*, CLUSTER_* */
export async function dropRehearsals(site: Site, host: SiteHost): Promise<void> {
  const namespace = await installedInfisical(host.cluster, site)
  const { services, own } = await databaseIn(site, host, namespace)
  await atRealPlace(services, own, place => asMakerAt(host, place, maker => dropLeft(maker, rehearsalMark)))
}
