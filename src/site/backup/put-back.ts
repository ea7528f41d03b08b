import { messageOf } from '../../kernel/errors/index.ts'
import { asStep, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { withSession } from '../../kernel/services/index.ts'
import { migrationsApplied } from '../migrations/index.ts'
import { pauseInfisical, podsWanted, resumeInfisical } from '../pause/index.ts'
import { asMakerAt, dropScratch, type Maker, makeScratch, serveScratch } from '../snapshot/index.ts'
import { markDatabase, type OwnDatabase, type RealPlace, type SiteServices } from '../wire/index.ts'
import { requireFit, servedMigrations } from './fit.ts'
import { restoreInto } from './into.ts'
import { restoringMark } from './marks.ts'
import type { Opened } from './open.ts'
import type { Tools } from './tools.ts'

/** What an archive's database is put back with. */
export interface Restoring {
  readonly archive: Opened
  readonly host: SiteHost
  readonly talk: Talk
  readonly services: SiteServices
  readonly own: OwnDatabase
  readonly place: RealPlace
  readonly tools: Tools
  /** Infisical's, where it is installed. */
  readonly namespace: string | undefined
  /** Whether its server serves what comes back, or that waits for another command. */
  readonly serves: boolean
}

/** What became of the database of before, and of the server. */
export interface PutBack {
  readonly setAside?: string
  readonly started: boolean
}

/** Puts the database of an archive into Infisical's, which is empty, and starts the server where one is to serve. */
export async function intoEmpty(restoring: Restoring): Promise<PutBack> {
  const { archive, host, talk, services, own, place, tools, namespace } = restoring
  const { database } = place.login
  await asStep(talk.reporter, `Restore into database ${database}, which is empty`, async say => {
    await restoreInto(database, archive, { database: host.database, place, tools, talk, say })
    await markDatabase(services, own, archive.about.fingerprint)
  })
  return { started: await startIfThere(restoring, namespace) }
}

/**
 * Puts it into a database beside, makes sure that the server that serves here would start with it, and lets the two change
 * names. @throws SealiftError BACKUP_FAILED, DATABASE_*, HELM_FAILED, CLUSTER_*
 */
export async function besideAndSwap(restoring: Restoring): Promise<PutBack> {
  const { archive, host, talk, place, tools, namespace, serves } = restoring
  const { reporter, signal } = talk
  const { database } = place.login
  const id = Buffer.from(host.random.bytes(4)).toString('hex')
  const work = <T>(what: (maker: Maker) => Promise<T>) => asMakerAt(host, place, what)
  const drop = (name: string) => work(maker => dropScratch(maker, name)).catch(() => {})
  const warn = (warnings: readonly string[]) => {
    for (const warning of warnings) reporter.warn(warning)
  }
  const title = `Restore into a database beside ${database}`
  const restored = await asStep(reporter, title, async say => {
    const { name, warnings } = await work(maker => makeScratch(maker, { mark: restoringMark, id }))
    try {
      warn(warnings)
      await restoreInto(name, archive, { database: host.database, place, tools, talk, say })
      if (serves) {
        const has = await withSession(host.database, { ...place.login, database: name }, migrationsApplied)
        const served = await servedMigrations(host.database, place)
        await requireFit(archive, has, { cluster: host.cluster, namespace, served }, reporter)
      }
      return name
    } catch (error) {
      await drop(name)
      throw error
    }
  })
  let setAside: string
  try {
    if (namespace !== undefined && (await hasDeployment(host, namespace)))
      await asStep(reporter, 'Stop Infisical', say => pauseInfisical(host, namespace, { signal, say }))
    const at = new Date(host.clock.now()).toISOString()
    const served = await asStep(
      reporter,
      `Give it the name ${database}`,
      say => work(maker => serveScratch(maker, { name: restored, id, at }, { signal, say })),
      ({ setAside }) => `the one of before is ${setAside}`,
    )
    warn(served.warnings)
    setAside = served.setAside
  } catch (error) {
    // What there was goes on serving.
    await drop(restored)
    await startIfThere(restoring, namespace).catch((second: unknown) => {
      reporter.warn(`Infisical was not started again, which a rerun does: ${messageOf(second)}`)
    })
    throw error
  }
  return { setAside, started: await startIfThere(restoring, namespace) }
}

async function startIfThere(
  { host, talk, serves }: Restoring,
  namespace: string | undefined,
): Promise<boolean> {
  if (!serves || namespace === undefined) return false
  await asStep(talk.reporter, 'Start Infisical', say =>
    resumeInfisical(host, namespace, { signal: talk.signal, say }),
  )
  return true
}

/** Whether there is a server that could be started. @throws SealiftError CLUSTER_* */
export async function hasDeployment(
  { cluster }: Pick<SiteHost, 'cluster'>,
  namespace: string,
): Promise<boolean> {
  return (await podsWanted(cluster, namespace)) !== undefined
}
