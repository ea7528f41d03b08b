import { type Tenancy, type TenancyLook, usualLook } from '../../kernel/tenancy-file/index.ts'

/** A folder of a project whose secrets are looked at; `/` is the root of the environment. */
export interface Source {
  readonly project: string
  readonly environment: string
  readonly path: string
}

/** The project that looks, and what it looks into. */
export interface Look extends Pick<TenancyLook, 'project' | 'environment'> {
  readonly into: readonly { readonly project: string; readonly environments: readonly string[] }[]
}

/** Description of the looking project, by which it is known to be Sealift's. */
export const lookMark = 'Made by Sealift: it looks into the projects of teams, and holds nothing of its own'

/** What a file has the one store look into. @returns undefined for a file of another layout */
export function lookOf({ stores, projects }: Tenancy): (Look & TenancyLook) | undefined {
  if (stores?.layout !== 'one-store') return undefined
  const { into, ...look } = stores.look ?? usualLook
  const all = into ?? projects.map(({ slug }) => ({ project: slug, environments: undefined }))
  return {
    ...look,
    into: all.map(({ project, environments }) => ({
      project,
      environments: environments ?? projects.find(({ slug }) => slug === project)?.environments ?? [],
    })),
  }
}

/** Where the looking project has what lies in a folder: `/talent-mesh/prod/databases`. */
export function placeIn({ project, environment, path }: Source): string {
  return `/${project}/${environment}${path === '/' ? '' : path}`
}

/** The folder that a place in the looking project is for; nothing for one of another form. */
export function sourceAt(place: string): Source | undefined {
  const [, project, environment, path = ''] = /^\/([^/]+)\/([^/]+)(\/.+)?$/.exec(place) ?? []
  return project && environment ? { project, environment, path: path || '/' } : undefined
}

/** A folder as people read it: `talent-mesh/prod/databases`. */
export const named = (source: Source): string => placeIn(source).slice(1)

/** Whether a folder is looked into. */
export function isLookedInto({ into }: Look, { project, environment }: Omit<Source, 'path'>): boolean {
  return into.some(entry => entry.project === project && entry.environments.includes(environment))
}
