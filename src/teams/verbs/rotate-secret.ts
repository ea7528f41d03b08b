import * as z from 'zod'
import { type ErrorCode, SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import {
  asStep,
  type Cluster,
  type InfisicalSession,
  type SiteHost,
  type Talk,
} from '../../kernel/ports/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import { createPace, type Pace } from '../pace/index.ts'
import {
  chosen,
  isDue,
  type Rotated,
  rotatedShape,
  rotateOne,
  type WantedRotation,
} from '../rotation/index.ts'
import { underLease, withAdmin } from '../server/index.ts'

/** What was given anew, and what was not. */
export const rotatedSecrets = z.strictObject({
  rotated: z.array(rotatedShape),
  /** Names of those that are not due yet. */
  notDue: z.array(z.string()),
  /** Those that could not be given anew, by their names, with the code of the error and what it says. */
  failed: z.array(z.strictObject({ name: z.string(), code: z.string(), why: z.string() })),
  /** Whether the server's licence lets it give secrets anew by itself, too. */
  serverRotates: z.boolean(),
})
export type RotatedSecrets = z.infer<typeof rotatedSecrets>

/** What the verb is asked. */
export interface RotateRequest {
  readonly site: Site
  readonly tenancy: Tenancy
  /** Names of rotation.databases; all of them when empty. */
  readonly names: readonly string[]
  /** Whether only those are meant that are as old as the file lets them be. */
  readonly due: boolean
}

type Host = Pick<SiteHost, 'cluster' | 'infisical' | 'database' | 'clock' | 'random'>

/** After these the next one is tried; after any other nobody knows how the server or the cluster is. */
const ofOne: readonly ErrorCode[] = [
  'TENANCY_UNMET',
  'PROOF_FAILED',
  'FOREIGN_INSTALL',
  'DATABASE_DENIED',
  'DATABASE_UNFIT',
  'DATABASE_UNREACHABLE',
]

/**
 * Gives PostgreSQL passwords that live in Infisical anew, one after the other. One that fails does not keep the others
 * from it; what is interrupted, another run ends. The same lease is held as by an apply of the tenancy.
 * @throws SealiftError TENANCY_INVALID, USAGE, NOT_INSTALLED, FOREIGN_INSTALL, SITE_BUSY, SERVER_FAILED, CLUSTER_*
 */
export async function rotateSecrets(
  request: RotateRequest,
  host: Host & Pick<SiteHost, 'operator'>,
  talk: Talk,
): Promise<RotatedSecrets> {
  const about = { site: request.site.metadata.name }
  return await rotateBy(request, host, talk, work => underLease({ ...host, about }, talk, work))
}

/** The same for whoever knows that nobody else is at work on the site. */
export async function rotateSecretsAlone(
  request: RotateRequest,
  host: Host,
  talk: Talk,
): Promise<RotatedSecrets> {
  return await rotateBy(request, host, talk, work => work(talk))
}

type Work = (talk: Talk) => Promise<RotatedSecrets>

async function rotateBy(
  request: RotateRequest,
  host: Host,
  talk: Talk,
  hold: (work: Work) => Promise<RotatedSecrets>,
): Promise<RotatedSecrets> {
  const wanted = chosen(request.tenancy, request.names)
  return await withAdmin(request.site.metadata.name, host, talk.signal, async (session, _, where) =>
    hold(under => rotateAll(wanted, request, host, under, session, where.infisical)),
  )
}

async function rotateAll(
  wanted: readonly WantedRotation[],
  request: RotateRequest,
  host: Host,
  { reporter, signal }: Talk,
  session: InfisicalSession,
  namespace: string,
): Promise<RotatedSecrets> {
  const { clock } = host
  const pace = createPace(clock, signal, text => reporter.warn(text))
  const { meant, ids, serverRotates, failed, notDue } = await asStep(
    reporter,
    'Look at the secrets',
    () => look(wanted, request, host, session, pace),
    found => `${found.meant.length} of ${wanted.length} to be given anew`,
  )
  const rotated: Rotated[] = []
  for (const one of meant) {
    const work = (say: (text: string) => void) =>
      rotateOne(one, ids.get(one.project) ?? '', {
        ...{ ...host, session, pace, site: request.site, namespace, say },
        patience: { clock, signal, progress: say },
      })
    try {
      rotated.push(await asStep(reporter, `Give ${one.name} another password`, work, () => 'done'))
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof SealiftError) || !ofOne.includes(error.code)) throw error
      failed.push({ name: one.name, code: error.code, why: [error.message, ...error.hints].join('; ') })
    }
  }
  return { rotated, notDue, failed, serverRotates }
}

interface Looked {
  readonly meant: readonly WantedRotation[]
  readonly notDue: string[]
  readonly failed: { name: string; code: string; why: string }[]
  /** Ids of projects by their slugs. */
  readonly ids: ReadonlyMap<string, string>
  readonly serverRotates: boolean
}

/** What is there, and which of them are meant. */
async function look(
  wanted: readonly WantedRotation[],
  { due }: RotateRequest,
  { cluster, clock }: { readonly cluster: Cluster; readonly clock: SiteHost['clock'] },
  session: InfisicalSession,
  pace: Pace,
): Promise<Looked> {
  const { secretRotation: serverRotates } = await pace.read(() => session.audit.features())
  const projects = await pace.read(() => session.tenancy.projects())
  const ids = new Map(projects.map(({ slug, id }) => [slug, id]))
  const looked = { meant: [] as WantedRotation[], notDue: [] as string[], failed: [] as Looked['failed'] }
  for (const one of wanted) {
    const { name, project, environment } = one
    const there = projects.find(({ slug }) => slug === project)
    if (!there?.environments.some(({ slug }) => slug === environment)) {
      const why = `the server has no ${project}.${environment}: sealift tenancy apply makes it`
      looked.failed.push({ name, code: 'TENANCY_UNMET', why })
    } else if (due && !(await isDue(one, there.id, { cluster, session, pace, now: clock.now() })))
      looked.notDue.push(name)
    else looked.meant.push(one)
  }
  return { ...looked, ids, serverRotates }
}

/** The error that ends a run which could not do all of it. @returns undefined when it could */
export function rotationFault({ rotated, failed }: RotatedSecrets): SealiftError | undefined {
  const missing = rotated.flatMap(({ name, readers }) =>
    readers
      .filter(({ state }) => state === 'missing')
      .map(({ externalSecret, why }) => `${name}: ExternalSecret ${externalSecret} has not got it: ${why}`),
  )
  const faults = [...failed.map(({ name, why }) => `${name}: ${why}`), ...missing]
  const [first] = failed
  if (first !== undefined)
    return new SealiftError(first.code as ErrorCode, 'not every password could be given anew', { faults })
  if (missing.length === 0) return undefined
  return new SealiftError('PROOF_FAILED', 'a new password has not arrived everywhere', {
    faults,
    hints: ['run it again: it goes on with the same password, and tries again to bring it there'],
  })
}
