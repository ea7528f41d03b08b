import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import type { Observed } from './observe.ts'
import { builtIn, isOwn, roleIn } from './roles.ts'
import type { Unmet } from './unmet.ts'

/** Who may do what in each project: roles by address, by the project's slug. */
export type Rights = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>

/** The rights that the teams of a tenancy have in each of its projects, and those that cannot be had. */
export function wantedRights(tenancy: Tenancy, observed: Observed): { rights: Rights; unmet: Unmet[] } {
  const unmet: Unmet[] = []
  const ofProject = (slug: string) => {
    const people = new Map<string, Set<string>>()
    for (const team of tenancy.teams ?? []) {
      const role = roleIn(team, slug)
      if (role === undefined) continue
      const why = missing(role, slug, observed)
      if (why !== undefined) unmet.push({ name: `role ${role} of team ${team.name} in ${slug}`, why })
      else for (const email of team.people) people.set(email, (people.get(email) ?? new Set()).add(role))
    }
    return new Map([...people].map(([email, roles]) => [email, strongest(roles)]))
  }
  return { rights: new Map(tenancy.projects.map(({ slug }) => [slug, ofProject(slug)])), unmet }
}

/** Of the roles that every project has the strongest, and every other one. */
function strongest(roles: ReadonlySet<string>): string[] {
  const best = builtIn.findLast(role => roles.has(role))
  const own = [...roles].filter(isOwn).sort()
  return [...(best === undefined || (best === 'no-access' && own.length > 0) ? [] : [best]), ...own]
}

function missing(role: string, slug: string, { licence, projects }: Observed): string | undefined {
  if (!isOwn(role)) return undefined
  if (!licence.customRoles) return 'a role of your own wants a licence with custom roles (rbac)'
  const roles = projects.get(slug)?.roles ?? []
  return roles.includes(role) ? undefined : 'the project has no such role: make it there first'
}
