import { systemNamespace } from '../../kernel/access/index.ts'
import { asStep, kinds, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { withSession } from '../../kernel/services/index.ts'
import { infisicalNamespace, type UpgradeNote } from '../install/index.ts'
import { stopInfisical } from '../pause/index.ts'
import {
  databaseIn,
  databaseState,
  inspectDatabase,
  markedFor,
  noteConnection,
  type OwnDatabase,
  putKeysBack,
  readManifests,
  readyDatabase,
  refuseOthersDatabase,
  type SiteServices,
  storedKeys,
} from '../wire/index.ts'
import { refuseOtherSite } from './belongs.ts'
import { tellUnknownFit } from './fit.ts'
import type { Opened } from './open.ts'
import { besideAndSwap, hasDeployment, intoEmpty } from './put-back.ts'
import { opened, type RehearsalRequest } from './rehearse.ts'
import { noteStandIn, strandedUpgrade } from './stranded.ts'
import { withTools } from './with-tools.ts'

/** What was put back. */
export interface RestoreResult {
  readonly site: string
  readonly path: string
  /** ISO time of the backup. */
  readonly at: string
  /** What was installed when it was made. */
  readonly bundle: Opened['about']['bundle']
  /** Fingerprint of the keys. */
  readonly fingerprint: string
  /** Secrets with the keys that were written; none where they were there. */
  readonly keys: readonly string[]
  readonly database: string
  /** Under which name the database of before is kept; nothing where it was empty. */
  readonly setAside?: string
  /** Whether Infisical was started with it; else an install takes it up. */
  readonly started: boolean
  /** Whether an upgrade waits for it that is to be taken back: its releases are not yet those of the database. */
  readonly wayBack: boolean
  readonly seconds: number
}

/**
 * Puts the keys and the database of an archive back. The archive is read whole before anything is changed; the database comes
 * back beside the one that there is, which serves until that is proven, and is set aside then, never dropped. On a cluster
 * without an install, and into a database that is empty, what is put back waits for an install; where an upgrade has lost its
 * database and the copy of it, for the way back. To be called under the lease.
 * @throws SealiftError BACKUP_INVALID, BACKUP_FAILED, UPGRADE_UNFIT, WRONG_SITE, KEY_INVALID, FOREIGN_INSTALL, KEYS_LOST, DATABASE_*, FILE_FAILED, HELM_FAILED, CLUSTER_*
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
    refuseOtherSite(archive, request)
    const namespace = await infisicalNamespace(cluster)
    const place = namespace ?? systemNamespace
    const stranded = await strandedUpgrade(archive, cluster, () => databaseIn(site, host, place))
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
    const note = stranded && (await begunFor(stranded, request, host, talk, namespace))
    const { services, own } = await databaseIn(site, host, place)
    const installed = namespace !== undefined && (await hasDeployment(host, namespace))
    if (!installed || note) await makeReady(services, own, namespace, talk)
    const done = await withTools({ services, own }, host, talk, async (tools, place) => {
      const state = await withSession(host.database, place.login, databaseState)
      const serves = installed && note === undefined
      const restoring = { archive, host, talk, services, own, place, tools, namespace, serves }
      if (!note && (state.tables === 0 || !installed)) await tellUnknownFit(archive, cluster, talk.reporter)
      return state.tables === 0 ? await intoEmpty(restoring) : await besideAndSwap(restoring)
    })
    if (note) await noteStandIn(note, { path: request.path, whole: true }, host)
    const { fingerprint, at, bundle } = archive.about
    return {
      ...{ site: site.metadata.name, path: request.path, at, fingerprint, keys },
      ...{ bundle, database: own.parts.database, ...done, wayBack: note !== undefined },
      seconds: Math.round((clock.now() - began) / 1000),
    }
  })
}

/** Stops the server that must not migrate what comes back, and notes for whom that comes. */
async function begunFor(
  stranded: UpgradeNote,
  { path }: RehearsalRequest,
  host: SiteHost,
  { reporter, signal }: Talk,
  namespace: string | undefined,
): Promise<UpgradeNote> {
  if (namespace !== undefined)
    await asStep(reporter, 'Stop Infisical', say => stopInfisical(host, namespace, { signal, say }))
  return await noteStandIn(stranded, { path, whole: false }, host)
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
