import * as z from 'zod'
import { count, SealiftError } from '../../../kernel/errors/index.ts'
import { asStep, type Files, type SiteHost, type Talk } from '../../../kernel/ports/index.ts'
import {
  type Instead,
  manifestsAt,
  type Note,
  noteShape,
  rewriteText,
  storedIn,
  storedKind,
} from '../../manifests/index.ts'
import { underLease } from '../../server/index.ts'

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
  /** What the cluster may keep as `v1beta1`, where it was asked. */
  stored: z.array(storedKind).optional(),
})
export type StoresMigrated = z.infer<typeof storesMigrated>

/** What the verb is asked. */
export interface MigrateStoresRequest {
  readonly paths: readonly string[]
  readonly instead: Instead
  /** Whether files are written, each as a whole or not at all; and the objects that the cluster keeps as `v1beta1`. */
  readonly write: boolean
}

/** A site's cluster, which is looked at as well. */
export type MigrationSite = Pick<SiteHost, 'cluster' | 'clock' | 'operator'>

/**
 * Finds what was written for older releases of External Secrets Operator in files of manifests, and in a cluster where
 * there is one, and rewrites it. @throws SealiftError FILE_FAILED, DISK_FULL, USAGE, SITE_BUSY, CLUSTER_*
 */
export async function migrateStores(
  { paths, instead, write }: MigrateStoresRequest,
  files: Files,
  talk: Talk,
  site?: MigrationSite,
): Promise<StoresMigrated> {
  const { reporter, signal } = talk
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
  const migrated = await asStep(reporter, 'Look for objects of older releases', look, said)
  if (site === undefined) return migrated
  const ofCluster = async ({ reporter }: Talk) =>
    await asStep(reporter, 'Look at what the cluster keeps', () => storedIn(site.cluster, write))
  const { kinds: stored, notes } = await (write ? underLease(site, talk, ofCluster) : ofCluster(talk))
  return { ...migrated, notes: [...migrated.notes, ...notes], stored }
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
