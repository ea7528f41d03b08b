import { statusOf } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Permission, TenancyServer } from '../../kernel/ports/index.ts'
import type { Action } from './action.ts'
import { privilegeSlug } from './permissions.ts'

/** What the server calls the environments that it makes itself; another one is called by its slug. */
const environmentNames: Readonly<Record<string, string>> = {
  dev: 'Development',
  staging: 'Staging',
  prod: 'Production',
}

/** Makes or changes a project; gives its id. */
export async function makeProject(action: Action, id: string, server: TenancyServer): Promise<string> {
  if (action.kind !== 'project') return id
  const { kind: _, change: __, project: slug, ...rest } = action
  if ('defaultEnvironments' in rest)
    return (await server.createProject({ slug, ...rest }).catch(error => taken(error, server.admin))).id
  await server.changeProject(id, rest)
  return id
}

// A user is told only of projects that they are in. Recorded: of a slug that is there the server says 400.
function taken(error: unknown, admin: string): never {
  if (!(error instanceof SealiftError) || statusOf(error) !== 400) throw error
  const hint = `Where the project is there already and plan does not show it, ${admin} is not in it: add them to it as admin.`
  // The same cause: it has the server's status.
  throw new SealiftError(error.code, error.message, { hints: [...error.hints, hint], cause: error.cause })
}

/** Ids of the project that an action is in, and of the identity that it is about. */
interface Where {
  readonly id: string
  readonly identityId: string
}

/** Does one thing in a project that is there, in one request. New members come together: see apply. */
export async function act(action: Action, { id, identityId }: Where, server: TenancyServer): Promise<void> {
  switch (action.kind) {
    case 'environment': {
      if (action.change === 'remove') return await server.deleteEnvironment(id, action.id)
      const { environment, restores } = action
      if (restores !== undefined) return await server.restoreEnvironment(id, restores)
      await server.createEnvironment(id, environmentNames[environment] ?? environment, environment)
      return
    }
    case 'folder':
      if (action.change === 'remove') return await server.deleteFolder(id, action.environment, action.folder)
      return await server.createFolder(id, action.environment, action.path)
    case 'member':
      if (action.change === 'remove') return await server.removeMember(id, action.id)
      if (action.change === 'change') await server.changeMember(id, action.id, action.roles)
      return
    case 'machine':
      if (action.change === 'remove') return await server.removeMachine(id, action.id)
      if (action.change === 'change') return await server.resetMachine(id, action.id)
      return await server.addMachine(id, identityId)
    case 'privilege':
      if (action.change === 'remove') return await server.removePrivilege(action.id)
      if (action.change === 'change')
        return await server.changePrivilege(action.id, privilegeSlug, action.permissions)
      return await givePrivilege(action.permissions, { id, identityId }, server)
  }
}

/** Makes the privilege; one that an earlier membership has left behind is changed. */
async function givePrivilege(
  permissions: readonly Permission[],
  { id, identityId }: Where,
  server: TenancyServer,
): Promise<void> {
  try {
    await server.createPrivilege(id, identityId, privilegeSlug, permissions)
  } catch (error) {
    // Recorded: of a slug that is there the server says 400.
    if (statusOf(error) !== 400) throw error
    const left = (await server.privileges(id, identityId)).find(({ slug }) => slug === privilegeSlug)
    if (left === undefined) throw error
    await server.changePrivilege(left.id, privilegeSlug, permissions)
  }
}
