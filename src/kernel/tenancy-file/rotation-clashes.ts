import { printable } from '../errors/index.ts'
import { entriesOf, twice } from '../fields/index.ts'
import { strangeEnvironment, strangers } from './names.ts'

type Entry = Readonly<Record<string, unknown>>

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** What the rotation of a tenancy names and is not in it, and what it has twice. Reads the document as it was written. */
export function rotationClashes(raw: unknown): string[] {
  const projects = entriesOf(raw, 'projects')
  const { rotation } = (raw ?? {}) as Entry
  const databases = entriesOf(rotation, 'databases')
  const exceptions = entriesOf((rotation as Entry | null | undefined)?.['policy'], 'except')
  const known = (entries: readonly Entry[], path: string) => [
    ...strangers(entries, path, projects, false),
    ...entries.flatMap(({ project, environment }, at) =>
      strangeEnvironment(project, environment, `${path}[${at}].environment`, projects),
    ),
  ]
  return [
    ...known(exceptions, 'rotation.policy.except'),
    ...known(databases, 'rotation.databases'),
    ...twice(databases, 'rotation.databases', 'name', ({ name }) => text(name)),
    // Two that give one secret a value would undo one another.
    ...twice(
      databases,
      'rotation.databases',
      'password',
      ({ project, environment, path = '/', password }) => {
        const words = [project, environment, path, password].map(text)
        return words.includes(undefined) ? undefined : `${words.slice(0, 3).join(' ')} ${words[3]}`
      },
    ),
    ...sharedRoles(databases),
  ]
}

/** Roles of which two entries say that they give them a password: what the one has stored, the other makes worthless. */
function sharedRoles(databases: readonly Entry[]): string[] {
  const first = new Map<string, number>()
  return databases.flatMap(({ role, roles, database }, at) => {
    const { host, port = 5432 } = (database ?? {}) as Entry
    const named = [role, ...(Array.isArray(roles) ? roles : [])].map(text)
    return [...new Set(named)].flatMap(name => {
      if (name === undefined || text(host) === undefined) return []
      const key = `${String(host).toLowerCase()}:${String(port)} ${name}`
      const before = first.get(key)
      if (before === undefined) first.set(key, at)
      return before === undefined
        ? []
        : [
            `rotation.databases[${at}]: expected a role of its own; ${printable(name)} at ${printable(String(host))} is of rotation.databases[${before}] already`,
          ]
    })
  })
}
