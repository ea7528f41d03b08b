/** Machine identities of the TenancyServer in memory: see memory-tenancy.ts. */
import type {
  MachineServer,
  Permission,
  SecretPlace,
  ServerIdentity,
  ServerMachine,
  ServerPrivilege,
} from '../../src/kernel/ports/index.ts'
import { answered } from './answered.ts'
import { type MemoryKubernetesAuth, memoryKubernetesAuth } from './memory-kubernetes-auth.ts'
import { type MemoryLogins, memoryLogins } from './memory-logins.ts'

/** What the tests of rooms may do by hand as well. */
export interface ByHand {
  /** The same server's logins. */
  readonly logins: MemoryLogins
  readonly kubernetesAuth: MemoryKubernetesAuth
  /** Gives a machine of a project another role, as somebody would in the web UI. */
  giveRole(projectId: string, identityId: string, role: string): void
  /** Gives an identity a role in the organisation. */
  giveOrganizationRole(name: string, role: string): void
  /** An identity is gone, with all its rights. */
  forget(identityId: string): void
  /** What its privileges let an identity do; a test may let it more. */
  lets: (identityId: string, action: 'read' | 'write', place: SecretPlace) => boolean
}

/** `request` answers one request, `id` makes a new id, and `slugOf` names a project. */
export function memoryMachines(
  request: <T>(words: readonly string[], work: () => T) => Promise<T>,
  id: (what: string) => string,
  slugOf: (projectId: string) => string,
): MachineServer & ByHand {
  const identities: ServerIdentity[] = []
  const machines = new Map<string, ServerMachine[]>()
  const privileges: (ServerPrivilege & { owner: string; permissions: unknown })[] = []
  const nameOf = (identityId: string) => {
    const found = identities.find(identity => identity.id === identityId)
    if (found === undefined) throw answered(404, `Identity with ID ${identityId} not found`)
    return found.name
  }
  const logins = memoryLogins(request, nameOf)
  const kubernetesAuth = memoryKubernetesAuth(request, nameOf)
  const methodsOf = (identityId: string) => [
    ...logins.methodsOf(identityId),
    ...(kubernetesAuth.all.has(identityId) ? ['kubernetes-auth'] : []),
  ]
  const within = (projectId: string) => machines.get(projectId) ?? []
  const change = (projectId: string, identityId: string, roles: readonly string[]) => {
    if (!within(projectId).some(machine => machine.identityId === identityId))
      throw answered(404, `Identity with ID ${identityId} is not a member of the project`)
    const changed = within(projectId).map(machine =>
      machine.identityId === identityId ? { ...machine, roles } : machine,
    )
    machines.set(projectId, changed)
  }
  const privilegeOf = (privilegeId: string) => {
    const found = privileges.find(privilege => privilege.id === privilegeId)
    if (found === undefined) throw answered(404, `Identity privilege with id ${privilegeId} not found`)
    return found
  }

  return {
    logins,
    kubernetesAuth,
    giveRole: (projectId, identityId, role) => change(projectId, identityId, [role]),
    giveOrganizationRole(name, role) {
      const at = identities.findIndex(identity => identity.name === name)
      const found = identities[at]
      if (found !== undefined) identities[at] = { ...found, role }
    },
    forget(identityId) {
      const at = identities.findIndex(identity => identity.id === identityId)
      if (at >= 0) identities.splice(at, 1)
      for (const [project, some] of machines)
        machines.set(
          project,
          some.filter(machine => machine.identityId !== identityId),
        )
    },
    lets(identityId, action, { projectId, environment, path }) {
      const wanted = action === 'read' ? 'readValue' : 'create'
      const rules = privileges
        .filter(({ owner }) => owner === `${projectId}/${identityId}`)
        .flatMap(({ permissions }) => permissions as Permission[])
      return rules.some(rule => {
        const { environment: of, secretPath } = rule.conditions ?? {}
        const below = (secretPath as { $glob?: string }).$glob?.replace(/\*\*$/, '')
        const covers = below === undefined ? secretPath === path : `${path}/`.startsWith(below)
        return rule.action.includes(wanted) && of === environment && covers
      })
    },
    identities: () =>
      request(['identities'], () =>
        identities.map(identity => ({ ...identity, authMethods: methodsOf(identity.id) })),
      ),
    createIdentity: name =>
      request(['createIdentity', name], () => {
        const made = { id: id('identity'), name, role: 'no-access', authMethods: [] }
        identities.push(made)
        return made.id
      }),
    machines: projectId => request(['machines', slugOf(projectId)], () => [...within(projectId)]),
    addMachine: (projectId, identityId) =>
      request(['addMachine', slugOf(projectId), nameOf(identityId)], () => {
        if (within(projectId).some(machine => machine.identityId === identityId))
          throw answered(400, 'Identity is already a member')
        const made = { identityId, name: nameOf(identityId), roles: ['no-access'] }
        machines.set(projectId, [...within(projectId), made])
      }),
    resetMachine: (projectId, identityId) =>
      request(['resetMachine', slugOf(projectId), nameOf(identityId)], () =>
        change(projectId, identityId, ['no-access']),
      ),
    removeMachine: (projectId, identityId) =>
      request(['removeMachine', slugOf(projectId), nameOf(identityId)], () => {
        const rest = within(projectId).filter(machine => machine.identityId !== identityId)
        machines.set(projectId, rest)
      }),
    privileges: (projectId, identityId) =>
      request(['privileges', slugOf(projectId), nameOf(identityId)], () =>
        privileges
          .filter(({ owner }) => owner === `${projectId}/${identityId}`)
          .map(({ id: privilegeId, slug, isTemporary }) => ({ id: privilegeId, slug, isTemporary })),
      ),
    permissions: privilegeId =>
      request(['permissions', privilegeId], () => privilegeOf(privilegeId).permissions),
    createPrivilege: (projectId, identityId, slug, permissions) =>
      request(['createPrivilege', slugOf(projectId), nameOf(identityId), slug], () => {
        const owner = `${projectId}/${identityId}`
        if (privileges.some(found => found.owner === owner && found.slug === slug))
          throw answered(400, `Additional privilege with name ${slug} exists`)
        privileges.push({ id: id('privilege'), owner, slug, isTemporary: false, permissions })
      }),
    changePrivilege: (privilegeId, slug, permissions) =>
      request(['changePrivilege', privilegeId, slug], () => {
        Object.assign(privilegeOf(privilegeId), { slug, permissions, isTemporary: false })
      }),
    removePrivilege: privilegeId =>
      request(['removePrivilege', privilegeId], () => {
        privileges.splice(privileges.indexOf(privilegeOf(privilegeId)), 1)
      }),
  }
}
