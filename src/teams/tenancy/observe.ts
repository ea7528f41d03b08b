import { SealiftError } from '../../kernel/errors/index.ts'
import type {
  Licence,
  Login,
  LoginServer,
  ServerFolder,
  ServerIdentity,
  ServerMachine,
  ServerMember,
  ServerPerson,
  ServerPrivilege,
  ServerProject,
  TenancyServer,
} from '../../kernel/ports/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import type { Pace } from '../pace/index.ts'
import { privilegeSlug } from './permissions.ts'
import { ownRoles } from './roles.ts'

/** A machine identity in a project. */
export interface ObservedMachine extends ServerMachine {
  /** Of one that the file names; the rules are known of the privilege that is the file's. */
  readonly privileges: readonly (ServerPrivilege & { readonly permissions?: unknown })[]
}

/** A project that is there. */
export interface ObservedProject extends ServerProject {
  /** By the slug of their environment. */
  readonly folders: ReadonlyMap<string, readonly ServerFolder[]>
  /** Empty where the file says nothing of people. */
  readonly members: readonly ServerMember[]
  /** Empty where the file says nothing of machines. */
  readonly machines: readonly ObservedMachine[]
  /** Slugs of its roles; only where the file names roles that not every project has. */
  readonly roles: readonly string[]
}

/** What of a tenancy the server has. */
export interface Observed {
  /** Those that the file names, by slug. */
  readonly projects: ReadonlyMap<string, ObservedProject>
  /** Every one of secrets, as the server lists them. */
  readonly all: readonly ServerProject[]
  /** Slugs of those that the file does not name. */
  readonly others: readonly string[]
  readonly licence: Licence
  /** E-mail address of the admin, who is left alone. */
  readonly admin: string
  /** Everybody in the organisation; empty where the file says nothing of people. */
  readonly people: readonly ServerPerson[]
  /** Every machine identity of the organisation; empty where the file says nothing of machines. */
  readonly identities: readonly ServerIdentity[]
  /** Logins by tokens of those that the file gives one, by the identity's id. */
  readonly logins: ReadonlyMap<string, readonly Login[]>
}

/**
 * Looks at all that a tenancy speaks of: lists are asked for once, and of projects only those that the file names and
 * the server has; with `ways`, at
 * the logins of its identities as well. @throws SealiftError TENANCY_INVALID for another organisation's server, SERVER_FAILED
 */
export async function observe(
  tenancy: Tenancy,
  server: TenancyServer,
  pace: Pace,
  ways?: LoginServer,
): Promise<Observed> {
  const [organization, all, licence, people, identities] = await Promise.all([
    pace.read(() => server.organization()),
    pace.read(() => server.projects()),
    pace.read(() => server.licence()),
    tenancy.teams === undefined ? [] : pace.read(() => server.people()),
    tenancy.identities === undefined ? [] : pace.read(() => server.identities()),
  ])
  refuseOther(organization, tenancy.organization)
  const named = new Set(tenancy.projects.map(({ slug }) => slug))
  const custom = licence.customRoles ? ownRoles(tenancy) : new Set<string>()
  const found = await Promise.all(
    all
      .filter(({ slug }) => named.has(slug))
      .map(async (project): Promise<readonly [string, ObservedProject]> => {
        const { id, slug } = project
        const [folders, members, machines, roles] = await Promise.all([
          pace.read(() => server.folders(project)),
          tenancy.teams === undefined ? [] : pace.read(() => server.members(id)),
          tenancy.identities === undefined ? [] : observeMachines(id, tenancy, server, pace),
          custom.has(slug) ? pace.read(() => server.roles(id)) : [],
        ])
        return [slug, { ...project, folders, members, machines, roles }]
      }),
  )
  const others = all.map(({ slug }) => slug).filter(slug => !named.has(slug))
  const { admin } = server
  const logins = ways === undefined ? new Map() : await observeLogins(tenancy, identities, ways, pace)
  return { projects: new Map(found), all, others: others.sort(), licence, admin, people, identities, logins }
}

const methods = { 'oidc-auth': 'oidc', 'jwt-auth': 'jwt' } as const

async function observeLogins(
  tenancy: Tenancy,
  all: readonly ServerIdentity[],
  server: LoginServer,
  pace: Pace,
): Promise<Map<string, readonly Login[]>> {
  const wanted = new Set(tenancy.identities?.filter(({ login }) => login).map(({ name }) => name))
  const found = all
    .filter(({ name }) => wanted.has(name))
    .map(async ({ id, authMethods }): Promise<readonly [string, readonly Login[]]> => {
      const kinds = Object.entries(methods).filter(([method]) => authMethods.includes(method))
      return [id, await Promise.all(kinds.map(([, kind]) => pace.read(() => server.get(id, kind))))]
    })
  return new Map(await Promise.all(found))
}

async function observeMachines(
  projectId: string,
  { identities = [] }: Tenancy,
  server: TenancyServer,
  pace: Pace,
): Promise<ObservedMachine[]> {
  const named = new Set(identities.map(({ name }) => name))
  const machines = await pace.read(() => server.machines(projectId))
  return await Promise.all(
    machines.map(async machine => {
      if (!named.has(machine.name)) return { ...machine, privileges: [] }
      const all = await pace.read(() => server.privileges(projectId, machine.identityId))
      const privileges = await Promise.all(
        all.map(async privilege =>
          privilege.slug === privilegeSlug
            ? { ...privilege, permissions: await pace.read(() => server.permissions(privilege.id)) }
            : privilege,
        ),
      )
      return { ...machine, privileges }
    }),
  )
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
