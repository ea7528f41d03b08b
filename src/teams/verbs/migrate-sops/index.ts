import { count } from '../../../kernel/errors/index.ts'
import {
  asStep,
  type Infisical,
  type InfisicalSession,
  type SiteHost,
  type Talk,
} from '../../../kernel/ports/index.ts'
import {
  compareRead,
  type Destination,
  digesting,
  doubtsOf,
  type Expansion,
  expansionOf,
  keyOf,
  locate,
  planned,
  type Reading,
  type ReadOptions,
  readerOf,
  readSources,
  type Sources,
  writeSecrets,
} from '../../migrate/index.ts'
import { createPace, type Pace } from '../../pace/index.ts'
import { underLease, type Where, withAdmin } from '../../server/index.ts'
import { reportOf, type Side } from './report.ts'
import { type Accepted, inTheWay, type Migrated } from './result.ts'

export { type Accepted, acceptable, type Migrated, migrated, migrationFault } from './result.ts'

/** What the verb is asked. */
export interface MigrateRequest extends Destination {
  /** The site's name. */
  readonly site: string
  readonly sources: Sources
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
  const sources = await asStep(
    reporter,
    'Read the files with sops',
    () => readSources(paths, { files, sops, signal }, options),
    ({ found }) => count(found.length, 'secret'),
  )
  return await migrateBy({ ...request, sources }, host, talk, work => underLease(host, talk, work))
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

interface Server {
  readonly session: InfisicalSession
  readonly infisical: Infisical
  readonly where: Where
}

async function migrate(server: Server, request: MigrateRequest, host: Host, talk: Talk): Promise<Migrated> {
  const { clock, files, random } = host
  const { reporter, signal } = talk
  const pace = createPace(clock, signal, text => reporter.warn(text))
  const expansion = await expansionOf(host.cluster, request)
  const plan = await asStep(
    reporter,
    'Compare the files with the server',
    () => look(server.session, request, expansion, pace),
    ({ result: { secrets } }) => planSum(secrets),
  )
  const digest = digesting(random.bytes(32))
  const source = new Map(plan.all.map(({ found }) => [keyOf(found.from), digest(found.value)]))
  const keep = async (result: Migrated, sides: readonly Side[]) => {
    if (request.report !== undefined)
      await files.write(request.report, reportOf(result, source, sides), 0o600)
    return result
  }
  const stops = inTheWay(plan.doubts, request.accept).length > 0 || plan.all.length === 0
  // Whether the report can be written is seen before anything else is.
  const before = await keep(plan.result, [])
  if (stops || !request.apply) return before

  const { batches, tenancy } = server.session
  const wanted = plan.all.filter(({ change }) => change !== 'left' && change !== 'again')
  const secrets = wanted.map(({ found }) => found)
  const written = await asStep(
    reporter,
    'Write what is missing',
    say => writeSecrets(plan.located.place, secrets, plan.there, { batches, tenancy, pace, say }),
    all => (all === 0 ? 'it is there already' : `${count(all, 'secret')} written`),
  )
  const changed = new Set(plan.doubts.filter(({ kind }) => kind === 'changed').map(({ from }) => keyOf(from)))
  const expected = secrets.map(({ name, value, from }) => ({
    name,
    value,
    accepted: changed.has(keyOf(from)),
  }))
  const reader = await readerOf(request, host.cluster, server, server.where.externalSecrets)
  const scope = { ...request, expandSecretReferences: expansion.replaces }
  const compared = await asStep(
    reporter,
    'Read them back as External Secrets Operator does',
    async () =>
      compareRead(expected, (await pace.read(() => reader.reading.readByStore(scope))) ?? new Map(), digest),
    ({ different }) => (different.length === 0 ? 'all are equal' : `${different.length} are not`),
  )
  const parity = {
    ...{ by: reader.who, expandSecretReferences: expansion.replaces },
    equal: expected.length - compared.changed.length - compared.different.length,
    ...{ changed: [...compared.changed], different: [...compared.different] },
  }
  return await keep({ ...plan.result, written, parity }, [{ name: 'server', digests: compared.digests }])
}

/** Looks where the secrets go, and what would become of each. */
async function look(
  { batches, tenancy }: InfisicalSession,
  { sources, project, environment, path }: MigrateRequest,
  expansion: Expansion,
  pace: Pace,
) {
  const located = await locate({ project, environment, path }, tenancy, pace)
  const there = located.folder ? await pace.read(() => batches.secretsIn(located.place)) : undefined
  const doubts = [...sources.doubts, ...doubtsOf(sources.found, expansion)]
  const all = planned(sources.found, doubts, there ?? new Map())
  const result: Migrated = {
    ...{ project, environment, path, newFolder: !located.folder },
    secrets: all.map(({ found: { name, from }, change, bytes }) => ({ name, ...from, bytes, change })),
    doubts: doubts.map(({ from, kind, text }) => ({ ...from, kind, text })),
    left: [...sources.left],
  }
  return { located, there, doubts, all, result }
}

function planSum(secrets: Migrated['secrets']): string {
  const of = (change: Migrated['secrets'][number]['change']) =>
    secrets.filter(secret => secret.change === change).length
  return `${of('create')} to make, ${of('change')} to change, ${of('equal')} there already`
}
