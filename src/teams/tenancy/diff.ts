import type { Tenancy, TenancyProject } from '../../kernel/inputs/index.ts'
import type { ProjectChange } from '../../kernel/ports/index.ts'
import type { Action } from './action.ts'
import { missingFolders } from './folders.ts'
import type { Observed, ObservedProject } from './observe.ts'

/** The environments that a new project comes with, unless it is asked not to have them; recorded. */
const defaults = ['dev', 'staging', 'prod'] as const

/** What is to be done for the server to be as the file says, in an order in which it can be done. */
export function difference(tenancy: Tenancy, observed: Observed): Action[] {
  return tenancy.projects.flatMap(project => projectActions(project, observed.projects.get(project.slug)))
}

function projectActions(wanted: TenancyProject, found: ObservedProject | undefined): Action[] {
  const { slug: project, environments, folders } = wanted
  const made = found === undefined ? newProject(wanted) : changedProject(wanted, found)
  const comes = found === undefined && comesWhole(wanted) ? defaults : []
  const there: readonly string[] = found?.environments.map(({ slug }) => slug) ?? comes
  const missing = environments.filter(slug => !there.includes(slug))
  return [
    ...made,
    ...missing.map(
      (environment): Action => ({ kind: 'environment', change: 'create', project, environment }),
    ),
    ...environments.flatMap(environment =>
      missingFolders(
        folders,
        (found?.folders.get(environment) ?? []).map(({ path }) => path),
      ).map((folder): Action => ({ kind: 'folder', change: 'create', project, environment, ...folder })),
    ),
  ]
}

const comesWhole = ({ environments }: TenancyProject) => defaults.every(name => environments.includes(name))

function newProject(wanted: TenancyProject): Action[] {
  const { slug: project, description, deleteProtection } = wanted
  const given = {
    ...(description !== undefined && { description }),
    ...(deleteProtection && { deleteProtection }),
  }
  return [{ kind: 'project', change: 'create', project, ...given, defaultEnvironments: comesWhole(wanted) }]
}

function changedProject(
  { slug, description, deleteProtection }: TenancyProject,
  found: ObservedProject,
): Action[] {
  const differs = <T>(wanted: T | undefined, here: T) => wanted !== undefined && wanted !== here
  const change = {
    ...(differs(description, found.description) && { description }),
    ...(differs(deleteProtection, found.deleteProtection) && { deleteProtection }),
  } as ProjectChange
  return Object.keys(change).length === 0
    ? []
    : [{ kind: 'project', change: 'change', project: slug, ...change }]
}
