import { SealiftError } from '../../kernel/errors/index.ts'
import type { Tenancy } from '../../kernel/inputs/index.ts'
import type {
  Licence,
  ServerFolder,
  ServerMember,
  ServerPerson,
  ServerProject,
  TenancyServer,
} from '../../kernel/ports/index.ts'
import type { Pace } from '../pace/index.ts'
import { ownRoles } from './roles.ts'

/** A project that is there. */
export interface ObservedProject extends ServerProject {
  /** By the slug of their environment. */
  readonly folders: ReadonlyMap<string, readonly ServerFolder[]>
  /** Empty where the file says nothing of people. */
  readonly members: readonly ServerMember[]
  /** Slugs of its roles; only where the file names roles that not every project has. */
  readonly roles: readonly string[]
}

/** What of a tenancy the server has. */
export interface Observed {
  /** Those that the file names, by slug. */
  readonly projects: ReadonlyMap<string, ObservedProject>
  /** Slugs of the others. */
  readonly others: readonly string[]
  readonly licence: Licence
  /** E-mail address of the admin, who is left alone. */
  readonly admin: string
  /** Everybody in the organisation; empty where the file says nothing of people. */
  readonly people: readonly ServerPerson[]
}

/**
 * Looks at all that a tenancy speaks of: lists are asked for once, and of projects only those that the file names and
 * the server has. @throws SealiftError TENANCY_INVALID for another organisation's server, SERVER_FAILED
 */
export async function observe(tenancy: Tenancy, server: TenancyServer, pace: Pace): Promise<Observed> {
  const [organization, all, licence, people] = await Promise.all([
    pace.read(() => server.organization()),
    pace.read(() => server.projects()),
    pace.read(() => server.licence()),
    tenancy.teams === undefined ? [] : pace.read(() => server.people()),
  ])
  refuseOther(organization, tenancy.organization)
  const named = new Set(tenancy.projects.map(({ slug }) => slug))
  const custom = licence.customRoles ? ownRoles(tenancy) : new Set<string>()
  const found = await Promise.all(
    all
      .filter(({ slug }) => named.has(slug))
      .map(async (project): Promise<readonly [string, ObservedProject]> => {
        const { id, slug } = project
        const [folders, members, roles] = await Promise.all([
          pace.read(() => server.folders(project)),
          tenancy.teams === undefined ? [] : pace.read(() => server.members(id)),
          custom.has(slug) ? pace.read(() => server.roles(id)) : [],
        ])
        return [slug, { ...project, folders, members, roles }]
      }),
  )
  const others = all.map(({ slug }) => slug).filter(slug => !named.has(slug))
  return { projects: new Map(found), others: others.sort(), licence, admin: server.admin, people }
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
