import * as z from 'zod'
import { SealiftError } from '../../kernel/errors/index.ts'
import { asStep, type InfisicalSession, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import {
  documentOf,
  eventLine,
  eventsBetween,
  logReach,
  type Previous,
  previousOf,
  requestsOf,
} from '../audit/index.ts'
import { createPace, type Pace } from '../pace/index.ts'
import { withAdmin } from '../server/index.ts'

/** What was written. */
export const auditExported = z.strictObject({
  site: z.string(),
  file: z.string(),
  /** Of the file, in hex. */
  sha256: z.string(),
  /** The server's audit log, which wants a licence, or its pods' request logs. */
  source: z.enum(['audit-log', 'request-log']),
  /** The first time that it is about, and the first that it is not, ISO 8601. */
  from: z.string(),
  until: z.string(),
  /** Lines behind the header. */
  lines: z.number(),
  /** Of request logs, how far each reaches. */
  logs: z.array(logReach),
  /** What is known to be missing, a sentence each. */
  missing: z.array(z.string()),
})
export type AuditExported = z.infer<typeof auditExported>

/** What the verb is asked. */
export interface AuditRequest {
  /** The site's name. */
  readonly site: string
  /** The file to write. */
  readonly output: string
  /** From when on, in milliseconds since 1970; where an earlier export ends when `after` names one. */
  readonly since: number
  /** An earlier export to go on from. */
  readonly after?: string
}

type Host = Pick<SiteHost, 'cluster' | 'infisical' | 'clock' | 'files' | 'operator'>

/** Milliseconds in which what has begun is written down: so long ago an export ends. */
const settled = 60_000
const largest = 32 * 1024 * 1024

/**
 * Writes what an auditor asks for into a file: the server's audit log where its licence has one, else what its pods'
 * logs tell of requests. Changes nothing; with a licence the server notes that its log was read.
 * @throws SealiftError USAGE, FILE_FAILED, DISK_FULL, NOT_INSTALLED, FOREIGN_INSTALL, WRONG_SITE, SERVER_FAILED, CLUSTER_*
 */
export async function exportAudit(request: AuditRequest, host: Host, talk: Talk): Promise<AuditExported> {
  const { site, output } = request
  if (await host.files.exists(output))
    throw new SealiftError('USAGE', `${output} is there already, and an export is not written over`, {
      hints: ['name another file'],
    })
  const previous = await earlier(request, host)
  const from = previous?.until ?? request.since
  const until = host.clock.now() - settled
  if (from >= until)
    throw new SealiftError('USAGE', 'there is nothing to export yet: an export ends a minute ago', {
      hints: ['say an earlier time with --since, or try again later'],
    })
  const { reporter, signal } = talk
  return await withAdmin(site, host, signal, async (session, _, where) => {
    const pace = createPace(host.clock, signal, text => reporter.warn(text))
    const features = await pace.read(() => session.audit.features())
    const gathered = features.auditLogs
      ? await fromEvents(session, pace, from, until, talk)
      : await fromLogs(session, pace, host, where.infisical, from, until, talk)
    const { lines, ...rest } = gathered
    const times = { from: new Date(from).toISOString(), until: new Date(rest.until).toISOString() }
    const header = {
      ...{
        site,
        source: rest.source,
        ...times,
        madeAt: new Date(host.clock.now()).toISOString(),
        by: host.operator,
      },
      ...{ about: about[rest.source], missing: rest.missing },
      ...(rest.logs.length > 0 ? { logs: rest.logs } : {}),
      ...(previous === undefined ? {} : { after: { sha256: previous.sha256, until: times.from } }),
    }
    const { text, sha256 } = documentOf(header, lines)
    await host.files.write(output, text, 0o600)
    const { source, logs, missing } = rest
    return { site, file: output, sha256, source, ...times, lines: lines.length, logs: [...logs], missing }
  })
}

async function earlier({ site, after }: AuditRequest, { files }: Host): Promise<Previous | undefined> {
  if (after === undefined) return undefined
  const text = await files.readBeside(after, largest * 2)
  if (text === undefined) throw new SealiftError('FILE_FAILED', `${after} is not there`)
  const previous = previousOf(text, after)
  if (previous.site !== site)
    throw new SealiftError(
      'WRONG_SITE',
      `${after} is of site ${previous.site}, and the site file is of ${site}`,
    )
  return previous
}

/** What each source is and is not, for whoever reads the file alone. */
const about = {
  'audit-log': [
    "Entries of Infisical's own audit log, by its API. Of each: who, what, when, from where, and names and ids of what it is about.",
    'Values of secrets are not in it. What Infisical collapses into one entry or keeps no longer is not in it either.',
  ],
  'request-log': [
    'This server keeps no audit log: that wants a licence. These are requests as its pods have logged them.',
    'Of each request: when it came, its method and path, the status, and the address that it came from; not who was logged in, which the server does not log.',
    'An address behind a proxy is what the proxy says, and may be forged by whoever reaches the server without it. fromPod is the pod that has the address now.',
    'last-login lines say when each person and identity logged in last, as the server keeps it; not each time.',
    "A pod's log ends with the pod, is put aside by kubelet at a certain size, and can be changed by whoever rules its node.",
  ],
} as const

interface Gathered {
  readonly source: AuditExported['source']
  readonly lines: readonly object[]
  readonly until: number
  readonly logs: AuditExported['logs']
  readonly missing: string[]
}

async function fromEvents(
  session: InfisicalSession,
  pace: Pace,
  from: number,
  until: number,
  { reporter }: Talk,
): Promise<Gathered> {
  const lines: object[] = []
  let size = 0
  const read = (say: (text: string) => void) =>
    eventsBetween(session.audit, pace, from, until, events => {
      const found = events.map(eventLine)
      size += found.reduce<number>((sum, line) => sum + JSON.stringify(line).length, 0)
      if (size > largest && lines.length > 0) return false
      for (const line of found) lines.push(line)
      say(`${lines.length} entries`)
      return true
    })
  const reached = await asStep(reporter, "Read the server's audit log", read, () => `${lines.length} entries`)
  const cut = `from ${new Date(reached).toISOString()} on: the file would be too large; another export with --after goes on there`
  return { source: 'audit-log', lines, until: reached, logs: [], missing: reached < until ? [cut] : [] }
}

async function fromLogs(
  session: InfisicalSession,
  pace: Pace,
  { cluster }: Host,
  namespace: string,
  from: number,
  until: number,
  { reporter }: Talk,
): Promise<Gathered> {
  const {
    requests,
    logs,
    until: reached,
  } = await asStep(
    reporter,
    "Read the pods' request logs: this server keeps no audit log",
    () => requestsOf(cluster, namespace, from, until),
    found => `${found.requests.length} requests`,
  )
  const logins = await pace.read(() => session.audit.lastLogins())
  const lines = [
    ...requests.map(request => ({ kind: 'request', ...request })),
    ...logins.map(({ kind, ...login }) => ({ kind: 'last-login', of: kind, ...login })),
  ]
  const missing = logs.flatMap(({ pod, container, run, missing }) =>
    missing.map(what => `${pod}/${container}${run === 'previous' ? ' (the run before)' : ''}: ${what}`),
  )
  return {
    ...{ source: 'request-log', lines, until: reached, logs: [...logs] },
    missing: [...(logs.length === 0 ? ['no pod of the server is there'] : []), ...missing],
  }
}
