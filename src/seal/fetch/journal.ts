import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { FillPlan } from '../../bundle/layout/index.ts'
import { type Digest, digestShape } from '../../kernel/oci/index.ts'
import type { BundleSink } from '../../kernel/ports/index.ts'

/** How many of a blob's first bytes an earlier run says it has written. */
export type Kept = ReadonlyMap<Digest, number>

const head = z.object({ plan: digestShape })
const progress = z.object({ blob: digestShape, bytes: z.number().int().nonnegative() })
// As it is written, and no longer: a journal may have millions of lines that are none, each an exception of the parser.
const noteForm = /^\{"blob":"sha256:[0-9a-f]{64}","bytes":\d{1,16}\}$/

/** Names a plan by every byte and place in it: notes of one plan say nothing of another. */
export function planKey({ size, volumeSize, pieces, wanted }: FillPlan): Digest {
  const hash = createHash('sha256').update(JSON.stringify([size, volumeSize ?? 0, wanted]))
  for (const { offset, bytes } of pieces) hash.update(`${offset} ${bytes.length} `).update(bytes)
  return `sha256:${hash.digest('hex')}`
}

/** The first note of a run. */
export function headNote(plan: Digest): string {
  return JSON.stringify({ plan })
}

/** Notes how far a blob has come. */
export interface BlobNotes {
  /** Its first bytes are written: noted now and then. */
  reached(written: number): void
  /** Notes where it stands, and waits for every note. @throws what the sink throws */
  end(written: number): Promise<void>
}

// What a killed run has to fetch again of each blob under way, at most.
const noteEvery = 4 * 1024 * 1024

/** Notes for one blob, of which `written` bytes are noted already. */
export function blobNotes(sink: Pick<BundleSink, 'note'>, blob: Digest, written: number): BlobNotes {
  let noted = written
  let notes: Promise<void> = Promise.resolve()
  const note = (bytes: number) => {
    if (bytes === noted) return
    noted = bytes
    notes = notes.then(() => sink.note(JSON.stringify({ blob, bytes })))
    notes.catch(() => {}) // Its error is thrown where it is awaited.
  }
  return {
    reached(bytes) {
      if (bytes - noted >= noteEvery) note(bytes)
    },
    async end(bytes) {
      note(bytes)
      await notes
    },
  }
}

/** What notes say of a plan; `undefined` when they were made for another one. Lines that are no notes, such as one that was cut off, are passed over. */
export function readNotes(notes: readonly string[], plan: FillPlan): Kept | undefined {
  if (parse(notes[0] ?? '', head)?.plan !== planKey(plan)) return undefined
  const sizes = new Map(plan.wanted.map(({ digest, size }) => [digest, size]))
  const kept = new Map<Digest, number>()
  for (const line of notes) {
    const note = noteForm.test(line) ? parse(line, progress) : undefined
    if (note === undefined) continue
    const size = sizes.get(note.blob)
    if (size !== undefined) kept.set(note.blob, Math.min(size, note.bytes))
  }
  return kept
}

function parse<T>(line: string, shape: z.ZodType<T>): T | undefined {
  try {
    return shape.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
