import * as z from 'zod'
import { count, SealiftError } from '../../../kernel/errors/index.ts'
import { asStep, type Files, type Talk } from '../../../kernel/ports/index.ts'
import { type Instead, manifestsAt, type Note, noteShape, rewriteText } from '../../manifests/index.ts'

/** What was found, and what became of it. */
export const storesMigrated = z.strictObject({
  /** Manifests that were looked at. */
  looked: z.int(),
  /** Files with something to rewrite. */
  files: z.array(
    z.strictObject({
      file: z.string(),
      changes: z.int(),
      /** A unified diff; a token that stood in the file is not in it. */
      diff: z.string(),
      written: z.boolean(),
    }),
  ),
  notes: z.array(noteShape),
})
export type StoresMigrated = z.infer<typeof storesMigrated>

/** What the verb is asked. */
export interface MigrateStoresRequest {
  readonly paths: readonly string[]
  readonly instead: Instead
  /** Whether files are written; each is, or is not, as a whole. */
  readonly write: boolean
}

/**
 * Finds what was written for older releases of External Secrets Operator in files of manifests, and rewrites it.
 * @throws SealiftError FILE_FAILED, DISK_FULL, USAGE
 */
export async function migrateStores(
  { paths, instead, write }: MigrateStoresRequest,
  files: Files,
  { reporter, signal }: Talk,
): Promise<StoresMigrated> {
  const look = async () => {
    let looked = 0
    const changed: StoresMigrated['files'] = []
    const notes: Note[] = []
    for await (const { path, real, isTemplate, text } of manifestsAt(paths, files)) {
      signal.throwIfAborted()
      looked++
      if (text === undefined) {
        notes.push({ where: path, kind: 'told', text: 'no UTF-8 text: it was left alone' })
        continue
      }
      const rewritten = rewriteText(path, text, instead, isTemplate)
      notes.push(...rewritten.notes)
      if (rewritten.text === undefined) continue
      if (write) await files.rewrite(real, rewritten.text)
      const { changes, diff } = rewritten
      changed.push({ file: path, changes, diff, written: write })
    }
    return { looked, files: changed, notes }
  }
  const said = ({ looked, files }: StoresMigrated) =>
    `${count(looked, 'file')}, ${files.length} ${write ? 'rewritten' : 'to rewrite'}`
  return await asStep(reporter, 'Look for objects of older releases', look, said)
}

/**
 * The error that ends it: with `check` where anything is to be done, after a write where something is left that only a
 * person can do.
 */
export function migrationFault(
  { files, notes }: StoresMigrated,
  { check, write }: { readonly check: boolean; readonly write: boolean },
): SealiftError | undefined {
  const left = notes.filter(({ kind }) => kind === 'left')
  const faults = left.map(
    ({ where, line, text }) => `${where}${line === undefined ? '' : `:${line}`}: ${text}`,
  )
  if (write && left.length > 0)
    return new SealiftError('TENANCY_UNMET', `${count(left.length, 'place')} cannot be rewritten`, {
      faults,
      hints: ['change them by hand as it is said; everything else was written'],
    })
  if (!check || files.length + left.length === 0) return undefined
  return new SealiftError(
    'TENANCY_DRIFT',
    `${count(files.length, 'file')} to rewrite, ${count(left.length, 'place')} to change by hand`,
    { faults, hints: ['sealift migrate stores --write rewrites what can be'] },
  )
}
