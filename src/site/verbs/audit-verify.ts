import * as z from 'zod'
import { systemNamespace } from '../../kernel/access/index.ts'
import { count, printable, SealiftError } from '../../kernel/errors/index.ts'
import { historyParts, judgeHistory, type ReadPart } from '../../kernel/history/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import { type Digest, digestShape } from '../../kernel/oci/index.ts'
import type { SiteHost } from '../../kernel/ports/index.ts'
import { recordedSite, refuseOtherSite } from '../install/index.ts'

/** Which log, and what was told of it before. */
export interface AuditVerifyRequest {
  /** Whose log it must be. An auditor who has no more than a file may leave it out. */
  readonly site?: Site | undefined
  /** An export, or what a purge has left; the site's own log when left out. */
  readonly file?: string | undefined
  /** A line's digest that was told before: at the end of a run, or by an earlier verify. */
  readonly expect?: Digest | undefined
}

/** What can be said of the log. */
export const auditVerified = z.strictObject({
  /** The file, or the namespace whose ConfigMaps it is in. */
  from: z.string(),
  /** Names of the sites that its runs were of: one, unless a site was taken over. */
  sites: z.array(z.string()),
  entries: z.number(),
  runs: z.number(),
  /** Runs without an end: killed, or at work. */
  unended: z.array(z.string()),
  /** Digest of the last line, which names all before it: keep it where this cluster is not. */
  head: digestShape.exactOptional(),
  /** The first line at which the chain does not hold. */
  broken: z.strictObject({ part: z.string(), line: z.number(), why: z.string() }).exactOptional(),
  /** Entries behind the expected line; absent where that is not there, or none was expected. */
  since: z.number().exactOptional(),
})
export type AuditVerified = z.infer<typeof auditVerified>

// Of a site that is changed ten times a day, the runs of years.
const longest = 64 * 1024 * 1024

/**
 * Follows the audit log's chain from its first line to the last. Changes nothing.
 * @throws SealiftError USAGE without a site or a file, FILE_FAILED, AUDIT_BROKEN for an empty file, NOT_INSTALLED where a site
 *   has no log, FOREIGN_INSTALL for another site's, CLUSTER_*
 */
export async function verifyAudit(
  { site, file, expect }: AuditVerifyRequest,
  { cluster, files }: Pick<SiteHost, 'cluster' | 'files'>,
): Promise<AuditVerified> {
  const own = site?.metadata.name
  if (file !== undefined) return verifyFile(file, own, expect, files)
  if (own === undefined)
    throw new SealiftError('USAGE', 'neither a site nor a file is named', {
      hints: ['name the site file (-c site.yaml), or the file that has the log'],
    })
  refuseOtherSite(await recordedSite(cluster, []), own)
  const judged = judgeHistory(await historyParts(cluster), expect)
  if (judged.entries === 0 && expect === undefined)
    throw new SealiftError('NOT_INSTALLED', `there is no audit log in namespace ${systemNamespace}`, {
      hints: [
        'each run that may change the site begins one; a purge takes it to a file beside the site file',
      ],
    })
  return { from: `namespace ${systemNamespace}`, ...told(judged) }
}

async function verifyFile(
  file: string,
  site: string | undefined,
  expect: Digest | undefined,
  files: Pick<SiteHost['files'], 'readBeside'>,
): Promise<AuditVerified> {
  const judged = judgeHistory([await partIn(file, files)], expect)
  const { sites } = judged
  if (site !== undefined && sites.length > 0 && !sites.includes(site))
    throw new SealiftError(
      'FOREIGN_INSTALL',
      `${file} is the log of ${printable(sites.join(', '))}, and the site file is of ${site}`,
      { hints: ['take the log and the site file of one site'] },
    )
  if (judged.entries === 0) throw new SealiftError('AUDIT_BROKEN', `${file} has no line of an audit log`)
  return { from: file, ...told(judged) }
}

const told = ({ unended, sites, ...judged }: ReturnType<typeof judgeHistory>) => ({
  ...judged,
  ...{ unended: [...unended], sites: [...sites] },
})

async function partIn(file: string, files: Pick<SiteHost['files'], 'readBeside'>): Promise<ReadPart> {
  const text = await files.readBeside(file, longest)
  if (text === undefined) throw new SealiftError('FILE_FAILED', `${file} is not there`)
  return { name: file, lines: linesIn(text) }
}

/** One at a time: a file may be anything, and of nothing but newlines a list is many times as long. */
function* linesIn(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at)
    const line = text.slice(at, end < 0 ? undefined : end)
    if (line !== '') yield line
    at += line.length + 1
  }
}

/** The error that it ends with; none where the log is whole, and has what was expected. */
export function auditFault(
  { broken, since, entries }: AuditVerified,
  expect: Digest | undefined,
): SealiftError | undefined {
  const hints = [
    'compare it with an export of before: somebody who may write in sealift-system has changed it',
  ]
  if (broken !== undefined)
    return new SealiftError('AUDIT_BROKEN', 'the audit log is not as it was written', {
      faults: [`${broken.part}, line ${broken.line}: ${broken.why}`],
      hints,
    })
  if (expect === undefined || since !== undefined) return undefined
  return new SealiftError(
    'AUDIT_BROKEN',
    `none of the ${count(entries, 'line')} has the digest that was expected`,
    {
      faults: ['the end of the log was cut off, or all of it was written anew'],
      hints,
    },
  )
}
