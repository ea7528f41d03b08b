import { count, printable, SealiftError } from '../../kernel/errors/index.ts'
import { isReady } from '../../kernel/owned/index.ts'
import type { Cluster, Database, Reporter } from '../../kernel/ports/index.ts'
import { withSession } from '../../kernel/services/index.ts'
import { type Receipt, readReceipt } from '../install/index.ts'
import { compareMigrations, migrationsApplied } from '../migrations/index.ts'
import { isStopped, serverPods } from '../pause/index.ts'
import type { RealPlace } from '../wire/index.ts'
import type { Opened } from './open.ts'

const shown = 12

/** The migrations of the server that serves here, by its database, which it brings up to them at each start; none where that does not say. */
export async function servedMigrations(
  database: Database,
  { login }: Pick<RealPlace, 'login'>,
): Promise<readonly string[]> {
  try {
    return await withSession(database, login, migrationsApplied)
  } catch (error) {
    // What is spoilt is what a restore is for.
    if (error instanceof SealiftError && error.code === 'DATABASE_UNFIT') return []
    throw error
  }
}

/** The server that is to start with what came back. */
export interface ServerHere {
  readonly cluster: Cluster
  /** Infisical's. */
  readonly namespace: string | undefined
  /** The migrations of the database that it serves. */
  readonly served: readonly string[]
}

/**
 * Makes sure that the server here would start with what came back, which has `archived` migrations: one that finds some
 * which it does not know never does. Those that it will run are told.
 * @throws SealiftError BACKUP_FAILED where the archive is of a newer server, or of another line, CLUSTER_*
 */
export async function requireFit(
  { about }: Pick<Opened, 'about'>,
  archived: readonly string[],
  here: ServerHere,
  reporter: Pick<Reporter, 'note' | 'warn'>,
): Promise<void> {
  const { served } = here
  const made = bundleWords(about)
  const state = served.length === 0 ? undefined : compareMigrations(archived, { names: served, whole: true })
  if (state === undefined) {
    reporter.warn(
      `the database here tells no migrations: whether its server starts with a backup of ${made} cannot be known`,
    )
    return
  }
  const { pending, unknown } = state
  if (unknown.length === 0) {
    if (pending.length > 0)
      reporter.note(
        `the backup lacks ${count(pending.length, 'migration')} of the server here, which runs them at its start`,
      )
    return
  }
  if (await mayKnowMore(about, here)) {
    reporter.warn(
      `the database here lacks ${count(unknown.length, 'migration')} of the backup; its server is not up, so that it may not have run all of its own, and the backup was made with the very bundle that is here`,
    )
    return
  }
  const more = unknown.length > shown ? [`and ${unknown.length - shown} more`] : []
  const lacks = pending.length === 0 ? '' : `, and lacks ${count(pending.length, 'migration')} of its`
  throw new SealiftError(
    'BACKUP_FAILED',
    `the backup has ${count(unknown.length, 'migration')} that the server here does not know${lacks}: it would not start`,
    {
      faults: [...unknown.slice(0, shown).map(name => printable(name, 200)), ...more],
      hints: [
        `it was made with ${made}: upgrade the site to that first, or take a backup of the version that is here`,
        'what Infisical uses was not touched',
      ],
    },
  )
}

/**
 * Whether the server may know more than its database says: where one with an older backup in it never came up, the newer
 * backup of the same bundle is what mends it.
 */
async function mayKnowMore(about: Opened['about'], { cluster, namespace }: ServerHere): Promise<boolean> {
  if (namespace === undefined || (await installedHere(cluster))?.bundle !== about.bundle.digest) return false
  if (await isStopped(cluster, namespace)) return true
  const pods = await serverPods(cluster, namespace)
  return pods.length > 0 && !pods.some(isReady)
}

/** Tells what is not known where nothing here says which migrations its server has. @throws SealiftError CLUSTER_* */
export async function tellUnknownFit(
  { about }: Pick<Opened, 'about'>,
  cluster: Cluster,
  reporter: Pick<Reporter, 'warn'>,
): Promise<void> {
  const receipt = await installedHere(cluster)
  if (receipt?.bundle === about.bundle.digest) return
  const here = receipt && printable(`${receipt.lock.metadata.name} ${receipt.lock.metadata.version}`, 200)
  reporter.warn(
    here === undefined
      ? `the backup is of ${bundleWords(about)}: install that, or a newer one; an older server would not start with it`
      : `the backup is of ${bundleWords(about)}, and ${here} is here: an empty database does not say whether that starts with it`,
  )
}

async function installedHere(cluster: Cluster): Promise<Receipt | undefined> {
  return await readReceipt(cluster).catch((error: unknown) => {
    if (error instanceof SealiftError && ['NOT_INSTALLED', 'LOCK_INVALID'].includes(error.code))
      return undefined
    throw error
  })
}

/** Which bundle was installed when an archive was made, for people. */
export function bundleWords({ bundle }: Opened['about']): string {
  return printable(`${bundle.name} ${bundle.version} (${bundle.digest})`, 300)
}
