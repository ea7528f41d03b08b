import { printable } from '../errors/index.ts'
import { entriesOf, twice } from './clashes.ts'

type Entry = Readonly<Record<string, unknown>>

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const lowered = (value: unknown): string | undefined => text(value)?.toLowerCase()

/**
 * What stands in a tenancy twice where it must be unique, and names of what is not in it. Reads the document as it was
 * written: a fault in one field must not hide a clash in another.
 */
export function tenancyClashes(raw: unknown): string[] {
  const projects = entriesOf(raw, 'projects')
  const teams = entriesOf(raw, 'teams')
  return [
    ...twice(projects, 'projects', 'slug', ({ slug }) => text(slug)),
    ...projects.flatMap((project, at) => [
      ...repeated(project, 'environments', `projects[${at}]`),
      ...repeated(project, 'folders', `projects[${at}]`),
    ]),
    ...twice(teams, 'teams', 'name', ({ name }) => text(name)),
    ...teams.flatMap((team, at) => [
      ...repeated(team, 'people', `teams[${at}]`),
      ...twice(entriesOf(team, 'access'), `teams[${at}].access`, 'project', ({ project }) => text(project)),
      ...strangers(entriesOf(team, 'access'), `teams[${at}].access`, projects),
    ]),
  ]
}

/** Texts that a list has more than once, whatever the case of their letters in addresses of people. */
function repeated(entry: Entry, list: string, path: string): string[] {
  const found = entry[list]
  const entries = Array.isArray(found) ? found.map(value => ({ value })) : []
  return twice(entries, `${path}.${list}`, '', ({ value }) =>
    list === 'people' ? lowered(value) : text(value),
  )
}

/** Projects that are named and not in the file. */
function strangers(entries: readonly Entry[], path: string, projects: readonly Entry[]): string[] {
  const known = projects.map(({ slug }) => slug)
  return entries.flatMap(({ project }, at) =>
    typeof project !== 'string' || project === '*' || known.includes(project)
      ? []
      : [
          `${path}[${at}].project: expected the slug of a project of this file, or "*"; found ${JSON.stringify(printable(project, 80))}`,
        ],
  )
}
