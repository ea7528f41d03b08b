import { probeScope } from '../../kernel/access/index.ts'
import type { ProjectChange, ServerFolder } from '../../kernel/ports/index.ts'
import type { TenancyProject } from '../../kernel/tenancy-file/index.ts'
import type { Action, Removal } from './action.ts'
import { above, missingFolders } from './folders.ts'
import type { ObservedProject } from './observe.ts'

/** The environments that a new project comes with, unless it is asked not to have them; recorded. */
const defaults = ['dev', 'staging', 'prod'] as const

/** What is to be done for a project, its environments and folders to be as the file says. */
export function projectActions(wanted: TenancyProject, found: ObservedProject | undefined): Action[] {
  const { slug: project, environments, folders } = wanted
  const made = found === undefined ? newProject(wanted) : changedProject(wanted, found)
  const comes = found === undefined && comesWhole(wanted) ? defaults : []
  const there: readonly string[] = found?.environments.map(({ slug }) => slug) ?? comes
  const missing = environments.filter(slug => !there.includes(slug))
  const kept = (slug: string) => found?.deletedEnvironments.find(gone => gone.slug === slug)?.id
  return [
    ...made,
    ...missing.map((environment): Action => {
      const restores = kept(environment)
      const id = restores === undefined ? {} : { restores }
      return { ...{ kind: 'environment', change: 'create', project, environment }, ...id }
    }),
    // What one that is restored has is seen then.
    ...environments
      .filter(slug => !missing.includes(slug) || kept(slug) === undefined)
      .flatMap(environment =>
        missingFolders(folders, pathsIn(found?.folders.get(environment))).map(
          (folder): Action => ({ kind: 'folder', change: 'create', project, environment, ...folder }),
        ),
      ),
  ]
}

const pathsIn = (folders: readonly ServerFolder[] = []) => folders.map(({ path }) => path)
const comesWhole = ({ environments }: TenancyProject) => defaults.every(name => environments.includes(name))

function newProject(wanted: TenancyProject): Action[] {
  const { slug: project, description, deleteProtection } = wanted
  const given = {
    ...(description !== undefined && { description }),
    ...(deleteProtection && { deleteProtection }),
  }
  return [{ kind: 'project', change: 'create', project, ...given, defaultEnvironments: comesWhole(wanted) }]
}

function changedProject(wanted: TenancyProject, found: ObservedProject): Action[] {
  const { slug: project, description, deleteProtection } = wanted
  const differs = <T>(said: T | undefined, here: T) => said !== undefined && said !== here
  const change = {
    ...(differs(description, found.description) && { description }),
    ...(differs(deleteProtection, found.deleteProtection) && { deleteProtection }),
  } as ProjectChange
  return Object.keys(change).length === 0 ? [] : [{ kind: 'project', change: 'change', project, ...change }]
}

/** Environments and folders that the project has and the file does not name; of folders, the topmost ones. */
export function projectRemovals(wanted: TenancyProject, found: ObservedProject): Removal[] {
  const { slug: project } = wanted
  const extra = found.environments.filter(
    ({ slug }) => !wanted.environments.includes(slug) && !isProbes(project, slug),
  )
  return [
    ...extra.map(
      ({ slug, id }): Removal => ({
        ...{ kind: 'environment', change: 'remove', project, environment: slug, id },
      }),
    ),
    ...wanted.environments.flatMap(environment =>
      topmostExtra(wanted.folders, found.folders.get(environment) ?? [])
        .filter(({ path }) => !isProbes(project, environment, path))
        .map((folder): Removal => ({ kind: 'folder', change: 'remove', project, environment, folder })),
    ),
  ]
}

function topmostExtra(wanted: readonly string[], there: readonly ServerFolder[]): ServerFolder[] {
  const known = new Set(wanted.flatMap(path => [path, ...above(path)]))
  const extra = new Set(pathsIn(there).filter(path => !known.has(path)))
  return there.filter(({ path }) => extra.has(path) && !above(path).some(parent => extra.has(parent)))
}

/** Whether it is where Sealift proves that secrets arrive. */
function isProbes(project: string, environment: string, path: string = probeScope.path): boolean {
  return [project, environment, path].join() === Object.values(probeScope).join()
}
