import { servedBy } from '../access/index.ts'
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
  const identities = entriesOf(raw, 'identities')
  const served = entriesOf((raw as Entry | null | undefined)?.['stores'], 'serve')
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
      ...strangers(entriesOf(team, 'access'), `teams[${at}].access`, projects, true),
    ]),
    ...twice(identities, 'identities', 'name', ({ name }) => text(name)),
    ...identities.flatMap((identity, at) => reserved(identity, `identities[${at}].name`)),
    ...identities.flatMap((identity, at) => {
      const access = entriesOf(identity, 'access')
      const path = `identities[${at}].access`
      return [
        ...strangers(access, path, projects, false),
        ...access.flatMap((entry, i) => [
          ...strangeEnvironments(entry, `${path}[${i}]`, projects),
          ...pointless(entry, `${path}[${i}]`),
        ]),
      ]
    }),
    ...strangers(served, 'stores.serve', projects, false),
    ...served.flatMap(({ project, environment }, at) =>
      strangeEnvironment(project, environment, `stores.serve[${at}].environment`, projects),
    ),
    ...twice(served, 'stores.serve', 'environment', ({ project, environment }) => {
      return text(project) && text(environment) && `${text(project)}.${text(environment)}`
    }),
    ...served.flatMap((entry, at) => repeated(entry, 'namespaces', `stores.serve[${at}]`)),
    ...broughtClashes(served),
  ]
}

/** ExternalSecrets of one name in a namespace, or for one Secret there, and those of namespaces that are not served. */
function broughtClashes(served: readonly Entry[]): string[] {
  const all = served.flatMap((entry, at) =>
    entriesOf(entry, 'externalSecrets').map((one, i) => ({
      ...{ one, path: `stores.serve[${at}].externalSecrets[${i}]` },
      namespaces: Array.isArray(entry['namespaces']) ? entry['namespaces'] : undefined,
    })),
  )
  const again = (field: 'name' | 'target') => {
    const first = new Map<string, string>()
    return all.flatMap(({ one, path }) => {
      const [namespace, name] = [text(one['namespace']), text(one[field])]
      if (namespace === undefined || name === undefined) return []
      const [key, before] = [`${namespace}/${name}`, first.get(`${namespace}/${name}`)]
      if (before === undefined) first.set(key, path)
      return before === undefined
        ? []
        : [`${path}.${field}: expected a name of its own; ${printable(key)} is ${before} already`]
    })
  }
  const unserved = all.filter(
    ({ one, namespaces }) =>
      text(one['namespace']) !== undefined && namespaces?.includes(one['namespace']) === false,
  )
  return [
    ...unserved.map(
      ({ one, path }) =>
        `${path}.namespace: expected a namespace that the store serves; found ${shown(one['namespace'])}`,
    ),
    ...again('name'),
    ...again('target'),
  ]
}

/** Names of identities that stores log in with. */
function reserved({ name }: Entry, path: string): string[] {
  if (text(name) === undefined || servedBy(String(name)) === undefined) return []
  return [`${path}: expected a name that no store's identity has; found ${shown(name)}`]
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
function strangers(
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
function strangeEnvironments(
  { project, environments }: Entry,
  path: string,
  projects: readonly Entry[],
): string[] {
  if (!Array.isArray(environments)) return []
  return environments.flatMap((environment, at) =>
    strangeEnvironment(project, environment, `${path}.environments[${at}]`, projects),
  )
}

function strangeEnvironment(
  project: unknown,
  environment: unknown,
  path: string,
  projects: readonly Entry[],
): string[] {
  const known = projects.find(({ slug }) => slug === project)?.['environments']
  if (!Array.isArray(known) || typeof environment !== 'string' || known.includes(environment)) return []
  return [`${path}: expected an environment of ${shown(project)}; found ${shown(environment)}`]
}

/** Access that permits nothing. */
function pointless({ read, write }: Entry, path: string): string[] {
  const isEmpty = (list: unknown) => list === undefined || (Array.isArray(list) && list.length === 0)
  return isEmpty(read) && isEmpty(write) ? [`${path}: expected paths to read or to write`] : []
}

const shown = (value: unknown) => JSON.stringify(printable(String(value), 80))
