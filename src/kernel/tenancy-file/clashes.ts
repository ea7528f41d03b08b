import { servedBy } from '../access/index.ts'
import { entriesOf, twice } from '../fields/index.ts'
import { lookClashes } from './look.ts'
import {
  type Entry,
  repeated,
  shown,
  strangeEnvironment,
  strangeEnvironments,
  strangers,
  text,
} from './names.ts'
import { broughtClashes, pushClashes } from './store-clashes.ts'

/**
 * What stands in a tenancy twice where it must be unique, and names of what is not in it. Reads the document as it was
 * written: a fault in one field must not hide a clash in another.
 */
export function tenancyClashes(raw: unknown): string[] {
  const projects = entriesOf(raw, 'projects')
  const teams = entriesOf(raw, 'teams')
  const identities = entriesOf(raw, 'identities')
  const stores = (raw as Entry | null | undefined)?.['stores']
  const served = entriesOf(stores, 'serve')
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
    ...pushClashes(served),
    ...(typeof stores === 'object' && stores !== null ? lookClashes(stores as Entry, projects) : []),
  ]
}

/** Names of identities that stores log in with. */
function reserved({ name }: Entry, path: string): string[] {
  if (text(name) === undefined || servedBy(String(name)) === undefined) return []
  return [`${path}: expected a name that no store's identity has; found ${shown(name)}`]
}

/** Access that permits nothing. */
function pointless({ read, write }: Entry, path: string): string[] {
  const isEmpty = (list: unknown) => list === undefined || (Array.isArray(list) && list.length === 0)
  return isEmpty(read) && isEmpty(write) ? [`${path}: expected paths to read or to write`] : []
}
