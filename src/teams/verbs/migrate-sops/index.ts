import { count, SealiftError } from '../../../kernel/errors/index.ts'
import { asStep, type SiteHost, type Talk } from '../../../kernel/ports/index.ts'
import {
  digesting,
  isEncrypted,
  keyOf,
  type Reading,
  type ReadOptions,
  readSources,
} from '../../migrate/index.ts'
import { createPace } from '../../pace/index.ts'
import { underLease, withAdmin } from '../../server/index.ts'
import { look, planSum, type Wanted } from './look.ts'
import { reportOf } from './report.ts'
import { type Accepted, type Migrated, migrationFault } from './result.ts'
import { switchAll } from './switching.ts'
import { type Server, writeAndProve } from './write-and-prove.ts'

export { type Accepted, acceptable, type Migrated, migrated, migrationFault } from './result.ts'

/** What the verb is asked. */
export interface MigrateRequest extends Wanted {
  /** The site's name. */
  readonly site: string
  /** Whether anything is written; only planned otherwise. */
  readonly apply: boolean
  readonly accept: Accepted
  /** Path of a file that says what was done, 0600. */
  readonly report?: string | undefined
}

/** The same with files that are still to be read. */
export interface MigrateFilesRequest extends Omit<MigrateRequest, 'sources'> {
  /** Files and folders. */
  readonly paths: readonly string[]
  readonly options: ReadOptions
}

type Host = Pick<SiteHost, 'cluster' | 'infisical' | 'clock' | 'random' | 'files'>

/**
 * Brings secrets of files into a folder on a site's server. Plans first; writes only where everything survives, or was
 * accepted, and only what the server has not or has otherwise; then reads all of it back as External Secrets Operator
 * does. A run that was killed is gone on with by the next one.
 * @throws SealiftError MIGRATION_UNFIT for a project or environment that is not there, NOT_INSTALLED, FOREIGN_INSTALL,
 * SITE_BUSY, SERVER_FAILED, CLUSTER_*, FILE_FAILED, SOPS_FAILED
 */
export async function migrateSops(
  { paths, options, ...request }: MigrateFilesRequest,
  host: Host & Pick<SiteHost, 'operator'> & Pick<Reading, 'sops'>,
  talk: Talk,
): Promise<Migrated> {
  const { files, sops } = host
  const { reporter, signal } = talk
  if (request.report !== undefined) await refuseEncrypted(request.report, files)
  const sources = await asStep(
    reporter,
    'Read the files with sops',
    say => readSources(paths, { files, sops, signal }, options, say),
    ({ found }) => count(found.length, 'secret'),
  )
  const about = { site: request.site }
  return await migrateBy({ ...request, sources }, host, talk, work =>
    underLease({ ...host, about }, talk, work),
  )
}

/** A report takes the place of what is there: never of a file that has secrets. @throws SealiftError FILE_FAILED */
async function refuseEncrypted(path: string, files: Host['files']): Promise<void> {
  if (!(await files.exists(path)) || !(await isEncrypted(path, files))) return
  throw new SealiftError('FILE_FAILED', `${path} is not written: it is a file that sops has encrypted`, {
    hints: ['give the report a path of its own'],
  })
}

/** The same of files that were read, for whoever knows that nobody else is at work on the site. */
export async function migrateAlone(request: MigrateRequest, host: Host, talk: Talk): Promise<Migrated> {
  return await migrateBy(request, host, talk, work => work(talk))
}

type Work = (talk: Talk) => Promise<Migrated>

async function migrateBy(
  request: MigrateRequest,
  host: Host,
  talk: Talk,
  hold: (work: Work) => Promise<Migrated>,
): Promise<Migrated> {
  return await withAdmin(request.site, host, talk.signal, (session, infisical, where) => {
    const work = (talk: Talk) => migrate({ session, infisical, where }, request, host, talk)
    return request.apply ? hold(work) : work(talk)
  })
}

async function migrate(server: Server, request: MigrateRequest, host: Host, talk: Talk): Promise<Migrated> {
  const { clock, cluster, files, random } = host
  const { reporter, signal } = talk
  const pace = createPace(clock, signal, text => reporter.warn(text))
  const plan = await asStep(
    reporter,
    'Compare the files with the server',
    () => look(server.session, request, cluster, pace),
    planSum,
  )
  const digest = digesting(random.bytes(32))
  const source = new Map(plan.all.map(({ found }) => [keyOf(found.from), digest(found.value)]))
  const keep = async (result: Migrated, read: ReadonlyMap<string, string> = new Map()) => {
    const { report } = request
    if (report !== undefined) await files.write(report, reportOf(result, source, read), 0o600)
    return result
  }
  // Whether the report can be written is seen before anything else is.
  const before = await keep(plan.result)
  if (!request.apply || migrationFault(before, request.accept) !== undefined) return before
  const { result, digests } = await writeAndProve(plan, request, { server, cluster, pace, reporter, digest })
  await keep(result, digests)
  if (migrationFault(result, request.accept) !== undefined) return result
  const switches = await switchAll(plan.judged, cluster, digest, reporter, { clock, signal })
  return await keep({ ...result, switches }, digests)
}
