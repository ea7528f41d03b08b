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
}): string {
  const { looked, files, notes } = migrated
  const rows = notes.map(({ where, line, kind, text }) => [
    kind === 'left' ? 'by hand' : 'note',
    line === undefined ? where : `${where}:${line}`,
    text,
  ])
  return [
    files.length === 0
      ? `nothing to rewrite in ${looked} files`
      : files.map(({ diff }) => diff.trimEnd()).join('\n'),
    ...(rows.length === 0 ? [] : [table(['', 'where', 'what'], rows)]),
  ].join('\n\n')
}
