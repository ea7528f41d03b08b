import { count } from '../../../kernel/errors/index.ts'
import type { SiteHost, Talk } from '../../../kernel/ports/index.ts'

/**
 * Writes the site's audit log into a file before the namespace that holds it goes: what was done on the site has to be
 * known when nothing of it is there any more. @throws SealiftError CLUSTER_*, FILE_FAILED, DISK_FULL
 */
export async function leaveHistory(
  wanted: string,
  { files }: Pick<SiteHost, 'files'>,
  { record, reporter }: Talk,
): Promise<void> {
  if (record === undefined) return
  let path = wanted
  // One of before a purge of before is another chain.
  for (let number = 2; await files.exists(path); number++) path = `${wanted}-${number}`
  const entries = await record.leave(line => files.append(path, line))
  reporter.note(
    `the audit log of this site, ${count(entries, 'entry', 'entries')} so far, is in ${path} from now on: keep it`,
  )
}
