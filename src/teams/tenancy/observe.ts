import { SealiftError } from '../../kernel/errors/index.ts'
import type { Tenancy } from '../../kernel/inputs/index.ts'
import type { ServerFolder, ServerProject, TenancyServer } from '../../kernel/ports/index.ts'
import type { Pace } from '../pace/index.ts'

/** A project that is there. */
export interface ObservedProject extends ServerProject {
  /** By the slug of their environment. */
  readonly folders: ReadonlyMap<string, readonly ServerFolder[]>
}

/** What of a tenancy the server has. */
export interface Observed {
  /** Those that the file names, by slug. */
  readonly projects: ReadonlyMap<string, ObservedProject>
  /** Slugs of the others. */
  readonly others: readonly string[]
}

/**
 * Looks at all that a tenancy speaks of: lists are asked for once, and of projects only those that the file names and
 * the server has. @throws SealiftError TENANCY_INVALID for another organisation's server, SERVER_FAILED
 */
export async function observe(tenancy: Tenancy, server: TenancyServer, pace: Pace): Promise<Observed> {
  const [organization, all] = await Promise.all([
    pace.read(() => server.organization()),
    pace.read(() => server.projects()),
  ])
  refuseOther(organization, tenancy.organization)
  const named = new Set(tenancy.projects.map(({ slug }) => slug))
  const found = await Promise.all(
    all
      .filter(({ slug }) => named.has(slug))
      .map(async project => {
        const folders = await pace.read(() => server.folders(project))
        return [project.slug, { ...project, folders }] as const
      }),
  )
  const others = all.map(({ slug }) => slug).filter(slug => !named.has(slug))
  return { projects: new Map(found), others: others.sort() }
}

function refuseOther(here: string, wanted: string): void {
  if (here === wanted) return
  throw new SealiftError(
    'TENANCY_INVALID',
    `the file is of organisation ${wanted}, and this server of ${here}`,
    {
      hints: [
        'take the site file of that organisation’s server, or correct organization in the tenancy file',
      ],
    },
  )
}
