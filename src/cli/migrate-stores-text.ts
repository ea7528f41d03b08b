import { count } from '../kernel/errors/index.ts'
import { table } from './table.ts'

/** What is to be rewritten as a diff, or was, and what is said beside. */
export function migratedStoresText(migrated: {
  readonly looked: number
  readonly files: readonly { readonly file: string; readonly diff: string; readonly written: boolean }[]
  readonly notes: readonly {
    readonly where: string
    readonly line?: number | undefined
    readonly kind: 'left' | 'told'
    readonly text: string
  }[]
  readonly stored?:
    | readonly { readonly kind: string; readonly objects: number; readonly written: number }[]
    | undefined
}): string {
  const { looked, files, notes, stored } = migrated
  const rows = notes.map(({ where, line, kind, text }) => [
    kind === 'left' ? 'by hand' : 'note',
    line === undefined ? where : `${where}:${line}`,
    text,
  ])
  return [
    files.length === 0
      ? `nothing to rewrite in ${count(looked, 'file')}`
      : files.map(({ diff }) => diff.trimEnd()).join('\n'),
    ...(stored === undefined ? [] : [storedText(stored)]),
    ...(rows.length === 0 ? [] : [table(['', 'where', 'what'], rows)]),
  ].join('\n\n')
}

function storedText(
  stored: readonly { readonly kind: string; readonly objects: number; readonly written: number }[],
): string {
  if (stored.length === 0) return 'the cluster keeps nothing as v1beta1'
  const rows = stored.map(({ kind, objects, written }) => [kind, String(objects), String(written)])
  return `may be kept as v1beta1 in the cluster:\n${table(['kind', 'objects', 'written anew'], rows)}`
}
