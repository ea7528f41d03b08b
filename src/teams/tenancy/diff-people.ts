import type { ServerMember } from '../../kernel/ports/index.ts'
import type { Action, Removal } from './action.ts'
import type { Observed } from './observe.ts'
import type { Rights } from './rights.ts'

/** Invitations, and what people are to be in projects. */
export function peopleActions(rights: Rights, everybody: ReadonlySet<string>, observed: Observed): Action[] {
  const known = new Set(observed.people.map(({ email }) => email))
  return [
    ...[...everybody]
      .filter(email => !known.has(email))
      .map((email): Action => ({ kind: 'person', change: 'create', email })),
    ...[...rights].flatMap(([project, people]) => {
      const members = new Map(
        observed.projects.get(project)?.members.map(member => [member.email, member]) ?? [],
      )
      return [...people].flatMap(([email, roles]) =>
        memberActions(project, email, roles, members.get(email), observed.admin),
      )
    }),
  ]
}

function memberActions(
  project: string,
  email: string,
  roles: readonly string[],
  found: ServerMember | undefined,
  admin: string,
): Action[] {
  const wanted = { kind: 'member', project, email, roles } as const
  if (found === undefined) return [{ ...wanted, change: 'create' }]
  const same = !found.isTemporary && found.roles.toSorted().join() === roles.toSorted().join()
  // The admin whom Sealift logs in as must not lose what Sealift does next.
  if (same || email === admin) return []
  return [{ ...wanted, change: 'change', id: found.id, from: rolesOf(found) }]
}

/** People whom a project has and the file does not give any right there; not the admin, who made it. */
export function memberRemovals(project: string, rights: Rights, observed: Observed): Removal[] {
  const wanted = rights.get(project)
  return (observed.projects.get(project)?.members ?? [])
    .filter(({ email }) => !wanted?.has(email) && email !== observed.admin)
    .map(member => ({
      ...({ kind: 'member', change: 'remove', project } as const),
      ...{ email: member.email, id: member.id, from: rolesOf(member) },
    }))
}

const rolesOf = ({ roles, isTemporary }: ServerMember) =>
  [...roles, ...(isTemporary ? ['a role for a time'] : [])].join(', ')
