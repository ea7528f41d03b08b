import type { Cluster, RunRecord } from '../ports/index.ts'
import { type NewEntry, nextLine } from './entry.ts'
import { appendHistory, historyParts } from './store.ts'

/** Where the entries of a run go: to the site, or elsewhere once the log has left it. */
export interface Place extends Pick<RunRecord, 'leave'> {
  /** Appends an entry, and gives its line. @throws SealiftError CLUSTER_*, FILE_FAILED */
  add(entry: NewEntry): Promise<string | undefined>
}

/** The log of a site. */
export function placeOf(cluster: Cluster): Place {
  let elsewhere: { append: (line: string) => Promise<void>; last: string | undefined } | undefined
  return {
    async leave(append) {
      const lines = (await historyParts(cluster)).flatMap(({ lines }) => lines)
      if (lines.length > 0) await append(lines.join('\n'))
      elsewhere = { append, last: lines.at(-1) }
      return lines.length
    },
    async add(entry) {
      if (elsewhere === undefined) return await appendHistory(cluster, () => [entry])
      const line = nextLine(elsewhere.last, entry)
      await elsewhere.append(line)
      elsewhere.last = line
      return line
    },
  }
}
