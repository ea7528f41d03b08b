import { join } from 'node:path'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import { asStep, type DatabaseSession, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { withSession } from '../../kernel/services/index.ts'
import { installedInfisical, type Receipt, readReceipt } from '../install/index.ts'
import {
  type Bytes,
  encryptedTo,
  fingerprintOf,
  ownDatabase,
  printEscrow,
  type RealPlace,
  servicesOf,
  storedKeys,
} from '../wire/index.ts'
import { archive, type Entry } from './archive.ts'
import { helmRecords, listOf, operatorObjects, ownObjects } from './contents.ts'
import { dumpOnly } from './dump-head.ts'
import { type Description, entries } from './format.ts'
import { lookAt, type Seen } from './look.ts'
import { nameOf, removePartials, stampOf } from './names.ts'
import { pipe } from './pipe.ts'
import { save } from './save.ts'
import { fitting, saidBy, type Tools } from './tools.ts'
import { withTools } from './with-tools.ts'

/** What to back up, and where to. */
export interface BackupRequest {
  readonly site: Site
  /** Path of the folder that the archive is written to. */
  readonly folder: string
  /** Age recipients that may open it; at least one. */
  readonly recipients: readonly string[]
  /** Sealift's version. */
  readonly version: string
}

/** An archive that was written. */
export interface BackupResult {
  readonly path: string
  /** sha256 of the file in hex. */
  readonly digest: string
  readonly bytes: number
  /** Bytes of the dump in it, and the server's version: `15.18`. */
  readonly database: { readonly bytes: number; readonly version: string }
  /** How long it took. */
  readonly seconds: number
}

/**
 * Writes one encrypted archive of all that the site cannot do without: the database, as it is in one moment while Infisical
 * runs, the keys, the admin's login, helm's records, ESO's objects, the receipt and the images by digest. The file is there
 * whole, with its final name, or not at all. To be called under the lease.
 * @throws SealiftError NOT_INSTALLED, BACKUP_FAILED, KEYS_LOST, DATABASE_*, DISK_FULL, FILE_FAILED, CLUSTER_*
 */
export async function writeBackup(request: BackupRequest, host: SiteHost, talk: Talk): Promise<BackupResult> {
  const { site } = request
  const began = host.clock.now()
  requireSome(request.recipients)
  const namespace = await installedInfisical(host.cluster, site)
  const receipt = await readReceipt(host.cluster)
  const services = servicesOf(site, host, namespace)
  const stored = await storedKeys(host.cluster, namespace)
  if (stored === undefined) throw new SealiftError('NOT_INSTALLED', 'there are no keys on this cluster')
  const own = await ownDatabase(services, stored)
  return await withTools({ services, own }, host, talk, async (tools, place) => {
    return await withSession(host.database, place.login, async session => {
      const { reporter, signal } = talk
      const at = { session, database: host.database, login: place.login }
      const title = `Look at database ${place.login.database}`
      const seen = await asStep(reporter, title, () => lookAt(at, signal), countedRows)
      const tool = await fitting(tools, 'pg_dump', seen.version)
      const made = new Date(began).toISOString()
      const fingerprint = fingerprintOf(stored)
      const about: Description = {
        ...{ apiVersion: 'sealift.dev/v1', kind: 'Backup', site: site.metadata.name, at: made },
        ...{ sealift: request.version, fingerprint },
        bundle: { ...named(receipt), digest: receipt.bundle },
        database: {
          ...{ name: place.login.database, user: place.login.user, version: seen.version, tool },
          ...{ rows: { ...seen.rows }, invalidIndexes: [...seen.invalidIndexes] },
        },
      }
      const escrow = { site: site.metadata.name, madeAt: made, fingerprint, keys: stored }
      const before: Entry[] = [
        { name: entries.description, bytes: json(about) },
        { name: entries.keys, bytes: Buffer.from(printEscrow(escrow).reveal()) },
        { name: entries.sealift, bytes: listOf(await ownObjects(host.cluster, namespace)) },
        { name: entries.helm, bytes: listOf(await helmRecords(host.cluster, receipt)) },
        { name: entries.externalSecrets, bytes: listOf(await operatorObjects(host.cluster)) },
        { name: entries.images, bytes: json({ images: receipt.lock.images }) },
      ]
      return await asStep(
        reporter,
        'Write the archive',
        say => written({ request, host, talk, say, before, seen, tools, place, session, began }),
        ({ bytes }) => `${(bytes / 1e6).toFixed(1)} MB`,
      )
    })
  })
}

const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`)
const named = ({ lock: { metadata } }: Receipt) => ({ name: metadata.name, version: metadata.version })
const countedRows = ({ rows }: Seen) =>
  `${Object.keys(rows).length} tables, ${Object.values(rows).reduce((sum, some) => sum + some, 0)} rows`

function requireSome(recipients: readonly string[]): void {
  if (recipients.length > 0) return
  throw new SealiftError(
    'BACKUP_FAILED',
    'nobody is named who could open the archive: it is never written in clear',
    {
      hints: ['name an age recipient: --recipient age1…, or a list under escrow in the site file'],
    },
  )
}

interface Writing {
  readonly request: BackupRequest
  readonly host: SiteHost
  readonly talk: Talk
  readonly say: (detail: string) => void
  readonly before: readonly Entry[]
  readonly seen: Seen
  readonly tools: Tools
  readonly place: RealPlace
  /** Holds the snapshot. */
  readonly session: DatabaseSession
  readonly began: number
}

async function written(writing: Writing): Promise<BackupResult> {
  const { request, host, talk, say, before, seen, began } = writing
  const { files, clock } = host
  const name = request.site.metadata.name
  await removePartials(files, request.folder, name)
  const file = await files.createStream(join(request.folder, `${name}-${stampOf(began)}.backup.age`))
  try {
    let dumped = 0
    const counted = (some: number) => {
      dumped += some
      say(`${(dumped / 1e6).toFixed(1)} MB of the database`)
    }
    const plain = archive(before, dumpOnly(dump(writing, counted), writing.tools), Math.floor(began / 1000))
    const encrypted = await encryptedTo(request.recipients, plain)
    const { digest, bytes } = await save(encrypted, file, talk.signal)
    const path = join(request.folder, nameOf(name, began, digest))
    await file.commit(path)
    const seconds = Math.round((clock.now() - began) / 1000)
    return { path, digest, bytes, database: { bytes: dumped, version: seen.version }, seconds }
  } catch (error) {
    await file.discard()
    throw error
  }
}

/** What pg_dump writes of the snapshot. Fails where pg_dump does, so that nothing follows what is cut off. */
async function* dump(
  { tools, place, seen, talk, session }: Writing,
  counted: (bytes: number) => void,
): Bytes {
  const through = pipe()
  const { login } = place
  const stop = new AbortController()
  const signal = AbortSignal.any([talk.signal, stop.signal])
  const words = ['--format=custom', '--no-password', `--snapshot=${seen.snapshot}`]
  const output = async (bytes: Uint8Array) => {
    counted(bytes.length)
    await through.write(bytes)
  }
  const running = tools.run('pg_dump', login, words, { output, signal }).then(async ended => {
    if (ended.code === 0) return through.end()
    // Where the server is gone, its session says so better than what is left of the program's words.
    await session.query('SELECT 1').catch(error => {
      if (error instanceof SealiftError) throw error
    })
    throw new SealiftError('BACKUP_FAILED', `pg_dump did not come to its end: ${saidBy(ended, login)}`, {
      hints: ['the site runs as before, and no archive was written: run it again'],
    })
  })
  running.catch(error => through.fail(error))
  try {
    yield* through
  } finally {
    stop.abort()
    await running.catch(() => {})
  }
}
