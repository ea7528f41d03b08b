import type { Digest } from '../oci/index.ts'
import { type HistoryEntry, lineDigest, nothingBefore, readEntry } from './entry.ts'

/** A part of a log: a ConfigMap's, or a file. Its lines are without newlines, oldest first. */
export interface ReadPart {
  readonly name: string
  readonly lines: Iterable<string>
}

/** What can be said of a log. */
export interface Judged {
  readonly entries: number
  readonly runs: number
  /** Runs that were begun and have no end; the one that is under way is among them. */
  readonly unended: readonly string[]
  /** Names of the sites that its runs were of: one, unless a site was taken over. */
  readonly sites: readonly string[]
  /** Digest of the last line, which names all before it; none for an empty log. */
  readonly head?: Digest
  /** The first place at which the chain does not hold. */
  readonly broken?: { readonly part: string; readonly line: number; readonly why: string }
  /** How many entries are behind the one that was expected; absent where it is not there, or none was. */
  readonly since?: number
}

/**
 * Follows the chain from the first line to the last. What was cut off at the end cannot be seen by it: `expected`, the
 * digest of a line that was told before, must be that of one of the lines.
 */
export function judgeHistory(parts: readonly ReadPart[], expected?: Digest): Judged {
  const open = new Map<string, HistoryEntry>()
  const sites = new Set<string>()
  let [entries, runs] = [0, 0]
  let [head, broken, at]: [Digest | undefined, Judged['broken'], number | undefined] = [
    undefined,
    undefined,
    undefined,
  ]
  for (const { name, lines } of parts) {
    let number = 0
    for (const line of lines) {
      number += 1
      const entry = readEntry(line)
      broken ??= fault(entry, entries + 1, head, { part: name, line: number })
      entries += 1
      head = lineDigest(line)
      if (head === expected) at = entries
      if (entry?.what === 'begin') {
        runs += 1
        if (entry.site !== undefined) sites.add(entry.site)
        open.set(entry.run, entry)
      } else if (entry !== undefined) open.delete(entry.run)
    }
  }
  return {
    ...{ entries, runs, unended: [...open.keys()], sites: [...sites] },
    ...(head === undefined ? {} : { head }),
    ...(broken === undefined ? {} : { broken }),
    ...(at === undefined ? {} : { since: entries - at }),
  }
}

function fault(
  entry: HistoryEntry | undefined,
  n: number,
  before: Digest | undefined,
  place: { part: string; line: number },
): Judged['broken'] {
  if (entry === undefined) return { ...place, why: 'it is no entry of the log' }
  if (entry.n !== n) return { ...place, why: `it is entry ${entry.n}, and ${n} is due` }
  if (entry.prev !== (before ?? nothingBefore))
    return {
      ...place,
      why:
        before === undefined
          ? 'it is not the first one: what was before it is gone'
          : 'the line before it is another one than was written',
    }
  return undefined
}
