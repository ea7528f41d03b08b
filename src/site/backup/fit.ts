import { count, printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Cluster, Database, Reporter } from '../../kernel/ports/index.ts'
import { withSession } from '../../kernel/services/index.ts'
import { readReceipt } from '../install/index.ts'
import { compareMigrations, migrationsApplied } from '../migrations/index.ts'
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

/**
 * Makes sure that the server here would start with what came back, which has `archived` migrations: one that finds some
 * which it does not know never does. Those that it will run are told.
 * @throws SealiftError BACKUP_FAILED where the archive is of a newer server, or of another line
 */
export function requireFit(
  { about }: Pick<Opened, 'about'>,
  archived: readonly string[],
  served: readonly string[],
  reporter: Pick<Reporter, 'note' | 'warn'>,
): void {
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

/** Tells what is not known where nothing here says which migrations its server has. @throws SealiftError CLUSTER_* */
export async function tellUnknownFit(
  { about }: Pick<Opened, 'about'>,
  cluster: Cluster,
  reporter: Pick<Reporter, 'warn'>,
): Promise<void> {
  const receipt = await readReceipt(cluster).catch((error: unknown) => {
    if (error instanceof SealiftError && ['NOT_INSTALLED', 'LOCK_INVALID'].includes(error.code))
      return undefined
    throw error
  })
  if (receipt?.bundle === about.bundle.digest) return
  const here = receipt && printable(`${receipt.lock.metadata.name} ${receipt.lock.metadata.version}`, 200)
  reporter.warn(
    here === undefined
      ? `the backup is of ${bundleWords(about)}: install that, or a newer one; an older server would not start with it`
      : `the backup is of ${bundleWords(about)}, and ${here} is here: an empty database does not say whether that starts with it`,
  )
}

/** Which bundle was installed when an archive was made, for people. */
export function bundleWords({ bundle }: Opened['about']): string {
  return printable(`${bundle.name} ${bundle.version} (${bundle.digest})`, 300)
}
