import { systemNamespace } from '../../kernel/access/index.ts'
import { messageOf, printable, SealiftError } from '../../kernel/errors/index.ts'
import { asStep, kinds, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { withSession } from '../../kernel/services/index.ts'
import { infisicalNamespace } from '../install/index.ts'
import { pauseInfisical, podsWanted, resumeInfisical } from '../pause/index.ts'
import { asMakerAt, dropScratch, type Maker, makeScratch, serveScratch } from '../snapshot/index.ts'
import {
  databaseIn,
  databaseState,
  inspectDatabase,
  markDatabase,
  markedFor,
  noteConnection,
  type OwnDatabase,
  putKeysBack,
  type RealPlace,
  readManifests,
  readyDatabase,
  refuseOthersDatabase,
  type SiteServices,
  storedKeys,
} from '../wire/index.ts'
import { restoreInto } from './into.ts'
import type { Opened } from './open.ts'
import { opened, type RehearsalRequest } from './rehearse.ts'
import type { Tools } from './tools.ts'
import { withTools } from './with-tools.ts'

/** What was put back. */
export interface RestoreResult {
  readonly site: string
  readonly path: string
  /** ISO time of the backup. */
  readonly at: string
  /** Fingerprint of the keys. */
  readonly fingerprint: string
  /** Secrets with the keys that were written; none where they were there. */
  readonly keys: readonly string[]
  readonly database: string
  /** Under which name the database of before is kept; nothing where it was empty. */
  readonly setAside?: string
  /** Whether Infisical was started with it; else an install takes it up. */
  readonly started: boolean
  readonly seconds: number
}

const mark = '_restoring_'

/**
 * Puts the keys and the database of an archive back. The archive is read whole before anything is changed; the database comes
 * back beside the one that there is, which serves until that is proven, and is set aside then, never dropped. On a cluster
 * without an install, and into a database that is empty, what is put back waits for an install. To be called under the lease.
 * @throws SealiftError BACKUP_INVALID, BACKUP_FAILED, WRONG_SITE, KEY_INVALID, FOREIGN_INSTALL, KEYS_LOST, DATABASE_*, FILE_FAILED, HELM_FAILED, CLUSTER_*
 */
export async function restoreBackup(
  request: RehearsalRequest,
  host: SiteHost,
  talk: Talk,
): Promise<RestoreResult> {
  const { site } = request
  const { cluster, clock } = host
  const began = clock.now()
  return await opened(request, host, talk, async archive => {
    refuseOthers(archive, request)
    const namespace = await infisicalNamespace(cluster)
    const records = await cluster.get(kinds.namespace, systemNamespace)
    if (records?.metadata.annotations?.['sealift.dev/site'] === undefined)
      await cluster.apply(
        markedFor(site.metadata.name, (await readManifests(host.manifests)).systemNamespace),
      )
    const keys = await asStep(
      talk.reporter,
      'Put the keys back',
      () => putKeysBack(cluster, namespace, archive.escrow.keys),
      places => (places.length === 0 ? 'they are there' : places.join(', ')),
    )
    const { services, own } = await databaseIn(site, host, namespace ?? systemNamespace)
    if (namespace === undefined || !(await hasDeployment(host, namespace)))
      await makeReady(services, own, namespace, talk)
    const done = await withTools({ services, own }, host, talk, async (tools, place) => {
      const state = await withSession(host.database, place.login, databaseState)
      const restoring = { archive, host, talk, services, own, place, tools, namespace }
      return state.tables === 0 ? await intoEmpty(restoring) : await besideAndSwap(restoring)
    })
    const { fingerprint, at } = archive.about
    return {
      ...{ site: site.metadata.name, path: request.path, at, fingerprint, keys },
      ...{ database: own.parts.database, ...done },
      seconds: Math.round((clock.now() - began) / 1000),
    }
  })
}

/** Role and database as an install makes them, where there is no install. Those of another site are never taken. */
async function makeReady(
  services: SiteServices,
  own: OwnDatabase,
  namespace: string | undefined,
  { reporter, signal }: Talk,
): Promise<void> {
  const { cluster } = services
  await asStep(reporter, `Make database ${own.parts.database} and its role ready`, async progress => {
    const { role, state } = await inspectDatabase(services, own, 0)
    const stored = await storedKeys(cluster, services.namespace)
    const known = { role, data: state?.infisical ?? false, keysMark: state?.keysMark }
    const claim = { own, stored, ...known, namespace: services.namespace, takeOver: false }
    await refuseOthersDatabase(services, claim)
    // A run that is killed after it finds its own role again.
    if (services.site.database.uri === undefined) await noteConnection(cluster, namespace, own.uri)
    await readyDatabase(services, own, 0, { signal, progress })
  })
}

interface Restoring {
  readonly archive: Opened
  readonly host: SiteHost
  readonly talk: Talk
  readonly services: SiteServices
  readonly own: OwnDatabase
  readonly place: RealPlace
  readonly tools: Tools
  /** Infisical's, where it is installed. */
  readonly namespace: string | undefined
}

type Done = Pick<RestoreResult, 'setAside' | 'started'>

async function intoEmpty(restoring: Restoring): Promise<Done> {
  const { archive, host, talk, services, own, place, tools, namespace } = restoring
  const { database } = place.login
  await asStep(talk.reporter, `Restore into database ${database}, which is empty`, async say => {
    await restoreInto(database, archive, { database: host.database, place, tools, talk, say })
    await markDatabase(services, own, archive.about.fingerprint)
  })
  return { started: await startIfThere(restoring, namespace) }
}

async function besideAndSwap(restoring: Restoring): Promise<Done> {
  const { archive, host, talk, place, tools, namespace } = restoring
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
    const { name, warnings } = await work(maker => makeScratch(maker, { mark, id }))
    try {
      warn(warnings)
      await restoreInto(name, archive, { database: host.database, place, tools, talk, say })
      return name
    } catch (error) {
      await drop(name)
      throw error
    }
  })
  const there = namespace !== undefined && (await hasDeployment(host, namespace))
  let setAside: string
  try {
    if (there)
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

async function startIfThere({ host, talk }: Restoring, namespace: string | undefined): Promise<boolean> {
  if (namespace === undefined || !(await hasDeployment(host, namespace))) return false
  await asStep(talk.reporter, 'Start Infisical', say =>
    resumeInfisical(host, namespace, { signal: talk.signal, say }),
  )
  return true
}

async function hasDeployment({ cluster }: Pick<SiteHost, 'cluster'>, namespace: string): Promise<boolean> {
  return (await podsWanted(cluster, namespace)) !== undefined
}

function refuseOthers({ about }: Opened, { site, path }: RehearsalRequest): void {
  const { name } = site.metadata
  if (about.site === name) return
  throw new SealiftError(
    'WRONG_SITE',
    printable(`${path} is a backup of site ${about.site}, and the site file is that of ${name}`),
    { hints: [`take a backup of ${name}, or the site file of ${printable(about.site)}`] },
  )
}
