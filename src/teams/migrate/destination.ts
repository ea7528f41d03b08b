import { SealiftError } from '../../kernel/errors/index.ts'
import type { SecretPlace, TenancyServer } from '../../kernel/ports/index.ts'
import { nearest } from '../../kernel/yaml/index.ts'
import type { Pace } from '../pace/index.ts'
import type { Environment } from './store.ts'

/** Where secrets are to go. */
export interface Destination extends Environment {
  /** Absolute folder path, `/` for the root. */
  readonly path: string
}

/** The same on a server. */
export interface Located {
  readonly place: SecretPlace
  /** Whether the folder is there already. */
  readonly folder: boolean
}

/**
 * Finds project, environment and folder on a server.
 * @throws SealiftError MIGRATION_UNFIT for a project or an environment that is not there; SERVER_FAILED
 */
export async function locate(
  { project: slug, environment, path }: Destination,
  server: TenancyServer,
  pace: Pace,
): Promise<Located> {
  const projects = await pace.read(() => server.projects())
  const project = projects.find(found => found.slug === slug)
  if (project === undefined) throw missing(`the server has no project ${slug}`, slug, projects)
  if (!project.environments.some(found => found.slug === environment))
    throw missing(`project ${slug} has no environment ${environment}`, environment, project.environments)
  const place = { projectId: project.id, environment, path }
  if (path === '/') return { place, folder: true }
  const folders = (await pace.read(() => server.folders(project))).get(environment) ?? []
  return { place, folder: folders.some(found => found.path === path) }
}

function missing(what: string, slug: string, there: readonly { readonly slug: string }[]): SealiftError {
  const slugs = there.map(found => found.slug)
  const guess = nearest(slug, slugs)
  return new SealiftError('MIGRATION_UNFIT', `nothing was written: ${what}`, {
    hints: [
      ...(guess === undefined ? [] : [`did you mean ${guess}?`]),
      ...(slugs.length === 0 ? [] : [`there are: ${slugs.toSorted().join(', ')}`]),
      'sealift tenancy apply makes the projects and environments that a tenancy file names',
    ],
  })
}
