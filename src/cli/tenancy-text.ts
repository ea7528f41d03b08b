import { count } from '../kernel/errors/index.ts'
import type { Loss } from './confirm.ts'
import { table } from './table.ts'

/** A thing that differs, as verbs tell it. */
export interface Difference {
  readonly change: 'create' | 'change' | 'remove'
  readonly kind: string
  readonly name: string
  readonly detail: string
}

/** Something that cannot be had, and why. */
export interface Unmet {
  readonly name: string
  readonly why: string
}

const signs = { create: '+', change: '~', remove: '-' } as const

/** What is between a tenancy file and its server, a line a thing. */
export function planText(plan: {
  readonly organization: string
  readonly differences: readonly Difference[]
  readonly extras: readonly Difference[]
  readonly unmet: readonly Unmet[]
  readonly waiting: readonly string[]
  readonly otherProjects: readonly string[]
}): string {
  const { organization, differences, extras, unmet, waiting, otherProjects } = plan
  return [
    differences.length === 0 ? `${organization} has all that the file names` : differenceTable(differences),
    ...(extras.length === 0 ? [] : [`not in the file; only --prune deletes it:\n${extraTable(extras)}`]),
    ...unmetText(unmet),
    ...(waiting.length === 0
      ? []
      : [`invited, and not here yet: ${count(waiting.length, 'person', 'people')} (${waiting.join(', ')})`]),
    ...(otherProjects.length === 0
      ? []
      : [`not in the file: ${count(otherProjects.length, 'project')} (${otherProjects.join(', ')})`]),
  ].join('\n\n')
}

/** What was done, a line a thing. */
export function appliedText(applied: {
  readonly organization: string
  readonly changed: readonly Difference[]
  readonly unmet: readonly Unmet[]
  readonly proven: readonly { readonly identity: string; readonly tried: number }[]
  readonly invitations?: { readonly file: string; readonly people: readonly string[] } | undefined
}): string {
  const { organization, changed, unmet, proven, invitations } = applied
  return [
    changed.length === 0 ? `${organization} was as the file says already` : differenceTable(changed),
    ...unmetText(unmet),
    ...(proven.length === 0
      ? []
      : [`tried with twins: ${proven.map(({ identity, tried }) => `${identity} (${tried})`).join(', ')}`]),
    ...(invitations === undefined
      ? []
      : [
          `invitations of ${invitations.people.join(', ')} are in ${invitations.file}: they are not given again`,
        ]),
  ].join('\n\n')
}

/** What a prune would delete from a project. */
export function lossOf(
  project: string,
  removals: readonly { readonly kind: string; readonly name: string; readonly detail: string }[],
): Loss {
  const lines = removals.map(({ kind, name, detail }) => `${kind} ${name}${detail && `, ${detail}`}`)
  return { name: project, lines }
}

/** What cannot be had, below a line; nothing where there is nothing. */
export function unmetText(unmet: readonly Unmet[]): string[] {
  if (unmet.length === 0) return []
  const rows = unmet.map(({ name, why }) => [name, why])
  return [`cannot be had on this server:\n${table(['what', 'why'], rows)}`]
}

/** What is not in the file, a line a thing. */
export function extraTable(extras: readonly Difference[]): string {
  return table(
    ['what', 'name', 'detail'],
    extras.map(({ kind, name, detail }) => [kind, name, detail]),
  )
}

/** What differs, a line a thing. */
export function differenceTable(differences: readonly Difference[]): string {
  return table(
    ['', 'what', 'name', 'detail'],
    differences.map(({ change, kind, name, detail }) => [signs[change], kind, name, detail]),
  )
}
