import { createHash } from 'node:crypto'
import * as z from 'zod'
import { siteOf, systemNamespace } from '../access/index.ts'
import { printable, SealiftError } from '../errors/index.ts'
import { digestShape } from '../oci/index.ts'
import { kinds, type SiteHost } from '../ports/index.ts'
import { lineDigest } from './entry.ts'
import { historyParts } from './store.ts'

/** Sealift's own log, exported. */
export const runsExported = z.strictObject({
  site: z.string(),
  source: z.literal('sealift'),
  /** Absent where it was printed. */
  file: z.string().exactOptional(),
  /** Of the text, in hex. */
  sha256: z.string(),
  lines: z.number(),
  /** Digest of the last line, as `audit verify --expect` takes it. */
  head: digestShape.exactOptional(),
})
export type RunsExported = z.infer<typeof runsExported>

/**
 * Writes Sealift's own audit log of a site into a file, or gives its text: the lines as they are, which `audit verify FILE`
 * follows. @throws SealiftError USAGE, NOT_INSTALLED, FOREIGN_INSTALL, FILE_FAILED, DISK_FULL, CLUSTER_*
 */
export async function exportRuns(
  { site, output }: { readonly site: string; readonly output?: string },
  { cluster, files }: Pick<SiteHost, 'cluster' | 'files'>,
): Promise<{ exported: RunsExported; text: string }> {
  if (output !== undefined && (await files.exists(output)))
    throw new SealiftError('USAGE', `${output} is there already, and an export is not written over`, {
      hints: ['name another file'],
    })
  const other = siteOf(await cluster.get(kinds.namespace, systemNamespace))
  if (other !== undefined && other !== site)
    throw new SealiftError(
      'FOREIGN_INSTALL',
      `this cluster is site ${printable(other)}, and the site file is of ${site}`,
    )
  const lines = (await historyParts(cluster)).flatMap(part => part.lines)
  const last = lines.at(-1)
  if (last === undefined)
    throw new SealiftError('NOT_INSTALLED', `there is no audit log in namespace ${systemNamespace}`, {
      hints: [
        'each run that may change the site begins one; a purge takes it to a file beside the site file',
      ],
    })
  const text = lines.map(line => `${line}\n`).join('')
  if (output !== undefined) await files.write(output, text, 0o600)
  const sha256 = createHash('sha256').update(text).digest('hex')
  const where = output === undefined ? {} : { file: output }
  return {
    exported: { site, source: 'sealift', ...where, sha256, lines: lines.length, head: lineDigest(last) },
    text,
  }
}
