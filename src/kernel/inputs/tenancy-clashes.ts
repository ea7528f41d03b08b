import { entriesOf, twice } from './clashes.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** What occurs twice in a tenancy where it must be unique: projects, a project's environments and folders. */
export function tenancyClashes(raw: unknown): string[] {
  const projects = entriesOf(raw, 'projects')
  return [
    ...twice(projects, 'projects', 'slug', ({ slug }) => text(slug)),
    ...projects.flatMap((project, at) =>
      ['environments', 'folders'].flatMap(list => repeated(project[list], `projects[${at}].${list}`)),
    ),
  ]
}

/** Texts that a list has more than once. */
function repeated(list: unknown, path: string): string[] {
  const entries = Array.isArray(list) ? list.map(value => ({ value })) : []
  return twice(entries, path, '', ({ value }) => text(value))
}
