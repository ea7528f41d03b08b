import { printable } from '../errors/index.ts'
import { twice } from '../fields/index.ts'

// What rules between fields of a tenancy have in common. They read the document as it was written.

/** A mapping of it. */
export type Entry = Readonly<Record<string, unknown>>

/** The value, where it is a text. */
export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const lowered = (value: unknown): string | undefined => text(value)?.toLowerCase()

/** A value as a fault quotes it. */
export const shown = (value: unknown) => JSON.stringify(printable(String(value), 80))

/** Texts that a list has more than once, whatever the case of their letters in addresses of people. */
export function repeated(entry: Entry, list: string, path: string): string[] {
  const found = entry[list]
  const entries = Array.isArray(found) ? found.map(value => ({ value })) : []
  return twice(entries, `${path}.${list}`, '', ({ value }) =>
    list === 'people' ? lowered(value) : text(value),
  )
}

/** Projects that are named and not in the file. */
export function strangers(
  entries: readonly Entry[],
  path: string,
  projects: readonly Entry[],
  orAll: boolean,
): string[] {
  const known = projects.map(({ slug }) => slug)
  const expected = `expected the slug of a project of this file${orAll ? ', or "*"' : ''}`
  return entries.flatMap(({ project }, at) =>
    typeof project !== 'string' || (orAll && project === '*') || known.includes(project)
      ? []
      : [`${path}[${at}].project: ${expected}; found ${shown(project)}`],
  )
}

/** Environments that a project of the file is not given there. */
export function strangeEnvironments(
  { project, environments }: Entry,
  path: string,
  projects: readonly Entry[],
): string[] {
  if (!Array.isArray(environments)) return []
  return environments.flatMap((environment, at) =>
    strangeEnvironment(project, environment, `${path}.environments[${at}]`, projects),
  )
}

/** The same of one environment. */
export function strangeEnvironment(
  project: unknown,
  environment: unknown,
  path: string,
  projects: readonly Entry[],
): string[] {
  const known = projects.find(({ slug }) => slug === project)?.['environments']
  if (!Array.isArray(known) || typeof environment !== 'string' || known.includes(environment)) return []
  return [`${path}: expected an environment of ${shown(project)}; found ${shown(environment)}`]
}
