import { createHash } from 'node:crypto'
import * as z from 'zod'
import { jsonIn } from '../objects/index.ts'
import { type Digest, digestShape } from '../oci/index.ts'

// Members of a line are in this order, and never change for what is written already: its digest is over the bytes.

const chained = {
  /** Place in the log, from 1 on. */
  n: z.number().int().positive(),
  /** ISO time, of the machine that Sealift ran on. */
  at: z.string(),
  /** SHA-256 of the line before, without its newline; zeros for the first. */
  prev: digestShape,
  /** What joins the entries of one run. */
  run: z.string(),
}

/** How one step of a run ended. */
export const recordedStep = z.object({
  title: z.string(),
  result: z.enum(['done', 'skipped', 'failed', 'unfinished']),
  detail: z.string().optional(),
  milliseconds: z.number().optional(),
})
export type RecordedStep = z.infer<typeof recordedStep>

const begin = z.object({
  ...chained,
  what: z.literal('begin'),
  /** As it was typed: `rotate admin`. */
  verb: z.string(),
  /** Arguments and flags that were given, values shortened. */
  given: z.array(z.string()),
  site: z.string().optional(),
  /** Identity of the bundle, where there is one. */
  bundle: digestShape.optional(),
  /** User, machine and process that Sealift ran as. */
  operator: z.string(),
  /** As whom the cluster knew it; absent where it does not say. */
  user: z.string().optional(),
})

const end = z.object({
  ...chained,
  what: z.literal('end'),
  outcome: z.enum(['done', 'failed', 'interrupted']),
  /** Why, where it failed: a code of Sealift's, its exit code, and the message. */
  error: z.object({ code: z.string(), exit: z.number(), message: z.string() }).optional(),
  /** Where the run has taken the site back: from which version to which, and the database that is set aside. */
  back: z
    .object({ from: z.string(), to: z.string(), bundle: digestShape, setAside: z.string().optional() })
    .optional(),
  /** Digest of the line in ConfigMap `sealift-budget` that tells what was used when it ended. */
  observed: digestShape.optional(),
  steps: z.array(recordedStep),
})

/** A run that was begun and has no end: it was killed, or the cluster was gone by then. Noted by the next one. */
const unended = z.object({ ...chained, what: z.literal('unended'), notedBy: z.string() })

/** One line of the log. */
export const historyEntry = z.discriminatedUnion('what', [begin, end, unended])
export type HistoryEntry = z.infer<typeof historyEntry>

/** An entry before it has its place in the chain. */
export type NewEntry =
  | Omit<z.infer<typeof begin>, 'n' | 'prev'>
  | Omit<z.infer<typeof end>, 'n' | 'prev'>
  | Omit<z.infer<typeof unended>, 'n' | 'prev'>

/** What the first line names as the one before. */
export const nothingBefore = `sha256:${'0'.repeat(64)}` as Digest

/** A line's digest, by which the next one names it. */
export function lineDigest(line: string): Digest {
  return `sha256:${createHash('sha256').update(line, 'utf8').digest('hex')}` as Digest
}

/** The line of an entry behind another line. */
export function nextLine(before: string | undefined, entry: NewEntry): string {
  const { at, run, ...rest } = entry
  const n = before === undefined ? 1 : (readEntry(before)?.n ?? 0) + 1
  const prev = before === undefined ? nothingBefore : lineDigest(before)
  return JSON.stringify({ n, at, prev, run, ...rest })
}

/** The entry of a line; nothing where somebody has spoilt it. */
export function readEntry(line: string): HistoryEntry | undefined {
  return historyEntry.safeParse(jsonIn(line)).data
}
