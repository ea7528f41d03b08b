import { operatorIdentity, probeScope, samePermissions, servedBy } from '../../kernel/access/index.ts'
import type { Tenancy, TenancyIdentity, TenancyProject } from '../../kernel/tenancy-file/index.ts'
import type { Action, Removal } from './action.ts'
import type { Observed, ObservedMachine, ObservedProject } from './observe.ts'
import { allowedIn, permissionsOf, permitted, privilegeSlug } from './permissions.ts'
import type { Unmet } from './unmet.ts'

/** What is to be done for the identities of a file; one whose name several have is told, and left alone. */
export function identityActions(
  { identities = [], projects }: Tenancy,
  observed: Observed,
): { actions: Action[]; unmet: Unmet[] } {
  const known = Map.groupBy(observed.identities, ({ name }) => name)
  const unmet = identities.flatMap(({ name }) => ambiguous(name, known.get(name) ?? []))
  const clear = identities.filter(({ name }) => (known.get(name)?.length ?? 0) < 2)
  const missing = clear.filter(({ name }) => !known.has(name))
  const actions = [
    ...missing.map(({ name }): Action => ({ kind: 'identity', change: 'create', identity: name })),
    ...projects.flatMap(project =>
      clear.flatMap(identity => {
        // By its id: a project may have an identity of its own that is called the same.
        const id = known.get(identity.name)?.[0]?.id
        const found = observed.projects
          .get(project.slug)
          ?.machines.find(({ identityId }) => identityId === id)
        return machineActions(identity, project, found)
      }),
    ),
  ]
  return { actions, unmet }
}

function ambiguous(name: string, found: Observed['identities']): Unmet[] {
  const ids = found.map(({ id }) => id).join(', ')
  if (found.length > 1)
    return [
      {
        name: `identity ${name}`,
        why: `the server has ${found.length} of this name, and nothing says which is meant (${ids}): delete or rename the others`,
      },
    ]
  return found
    .filter(({ role }) => role !== 'no-access')
    .map(({ role }) => ({
      name: `least privilege of identity ${name}`,
      why: `it is ${role} in the whole organisation: give it the role no-access there`,
    }))
}

function machineActions(
  identity: TenancyIdentity,
  wanted: TenancyProject,
  machine: ObservedMachine | undefined,
): Action[] {
  const allowed = allowedIn(identity, wanted)
  if (allowed.length === 0) return []
  const of = { project: wanted.slug, identity: identity.name }
  const permissions = permissionsOf(allowed)
  const privilege = { ...of, permissions, may: permitted(allowed) }
  const made = machine?.privileges.find(({ slug }) => slug === privilegeSlug)
  const same = made !== undefined && !made.isTemporary && samePermissions(made.permissions, permissions)
  return [
    ...machineItself(of, machine),
    ...(made === undefined ? [{ kind: 'privilege', change: 'create', ...privilege } as const] : []),
    ...(made === undefined || same
      ? []
      : [{ kind: 'privilege', change: 'change', id: made.id, ...privilege } as const]),
  ]
}

function machineItself(
  of: { readonly project: string; readonly identity: string },
  found: ObservedMachine | undefined,
): Action[] {
  if (found === undefined) return [{ kind: 'machine', change: 'create', ...of }]
  const from = found.roles.join(', ')
  return from === 'no-access'
    ? []
    : [{ kind: 'machine', change: 'change', id: found.identityId, from, ...of }]
}

/** Identities that a project has and the file does not let in, and privileges beside the file's. */
export function machineRemovals(
  { identities = [] }: Tenancy,
  wanted: TenancyProject,
  found: ObservedProject,
  inOrganization: Observed['identities'],
): Removal[] {
  const { slug: project } = wanted
  return found.machines.flatMap(({ identityId: id, name, roles, privileges }): Removal[] => {
    if (name === operatorIdentity && project === probeScope.project) return []
    const machine = { project, identity: name }
    const isKnown = inOrganization.some(known => known.id === id)
    const identity = identities.find(known => isKnown && known.name === name)
    // Stores are another verb's matter, which tells of those that the file does not have; one of a project's own that
    // is only called like it is none.
    if (identity === undefined && isKnown && servedBy(name)?.project === project) return []
    if (identity === undefined || allowedIn(identity, wanted).length === 0)
      return [{ kind: 'machine', change: 'remove', ...machine, id, from: roles.join(', ') }]
    return privileges
      .filter(({ slug }) => slug !== privilegeSlug)
      .map(privilege => ({
        ...({ kind: 'privilege', change: 'remove', ...machine } as const),
        ...{ id: privilege.id, slug: privilege.slug },
      }))
  })
}
