import type { Tenancy, TenancyTeam } from '../../kernel/tenancy-file/index.ts'

/** Roles that every project has, the weakest first. */
export const builtIn = ['no-access', 'viewer', 'member', 'admin']

/** Whether a role is none of those. */
export const isOwn = (role: string) => !builtIn.includes(role)

/** Slugs of the projects in which a team has a role that not every project has. */
export function ownRoles({ projects, teams = [] }: Tenancy): Set<string> {
  const slugs = projects.map(({ slug }) => slug)
  return new Set(slugs.filter(slug => teams.some(team => isOwn(roleIn(team, slug) ?? 'viewer'))))
}

/** What a team may do in a project: what it says of that one, else of all others. */
export function roleIn({ access }: TenancyTeam, slug: string): string | undefined {
  const said = (project: string) => access.find(entry => entry.project === project)?.role
  return said(slug) ?? said('*')
}
