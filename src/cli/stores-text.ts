import { table } from './table.ts'
import { type Difference, differenceTable, extraTable, type Unmet, unmetText } from './tenancy-text.ts'

/** What is between the stores of a tenancy file and a site, a line a thing. */
export function storesPlanText(plan: {
  readonly differences: readonly Difference[]
  readonly extras: readonly Difference[]
  readonly unmet: readonly Unmet[]
  readonly foreign: readonly Unmet[]
  readonly unready: readonly Unmet[]
  readonly doubts: readonly Unmet[]
  readonly absentNamespaces: readonly string[]
}): string {
  const { differences, extras, unmet, foreign, unready, doubts, absentNamespaces } = plan
  return [
    differences.length === 0 ? 'the stores are all that the file names' : differenceTable(differences),
    ...(extras.length === 0 ? [] : [`not in the file; only --prune deletes it:\n${extraTable(extras)}`]),
    ...unmetText(unmet),
    ...foreignText(foreign),
    ...unreadyText(unready),
    ...doubtsText(doubts),
    ...(absentNamespaces.length === 0
      ? []
      : [`served as soon as they are there: namespaces ${absentNamespaces.join(', ')}`]),
  ].join('\n\n')
}

/** What was done for the stores, a line a thing. */
export function storesAppliedText(applied: {
  readonly changed: readonly Difference[]
  readonly unmet: readonly Unmet[]
  readonly foreign: readonly Unmet[]
  readonly proven: readonly { readonly identity: string; readonly tried: number }[]
  readonly unready: readonly Unmet[]
  readonly doubts: readonly Unmet[]
}): string {
  const { changed, unmet, foreign, proven, unready, doubts } = applied
  return [
    changed.length === 0 ? 'the stores were as the file says already' : differenceTable(changed),
    ...unmetText(unmet),
    ...foreignText(foreign),
    ...unreadyText(unready),
    ...doubtsText(doubts),
    ...(proven.length === 0
      ? []
      : [`tried with twins: ${proven.map(({ identity, tried }) => `${identity} (${tried})`).join(', ')}`]),
  ].join('\n\n')
}

function foreignText(foreign: readonly Unmet[]): string[] {
  if (foreign.length === 0) return []
  const rows = foreign.map(({ name, why }) => [name, why])
  return [`in the looking project, and not Sealift's:\n${table(['what', 'why it matters'], rows)}`]
}

function unreadyText(unready: readonly Unmet[]): string[] {
  if (unready.length === 0) return []
  const rows = unready.map(({ name, why }) => [name, why])
  return [`not ready for External Secrets Operator:\n${table(['what', 'what it says'], rows)}`]
}

function doubtsText(doubts: readonly Unmet[]): string[] {
  if (doubts.length === 0) return []
  return [
    `worth a look, for nothing else tells of it:\n${table(
      ['what', 'why'],
      doubts.map(({ name, why }) => [name, why]),
    )}`,
  ]
}
