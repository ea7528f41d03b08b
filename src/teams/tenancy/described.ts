import * as z from 'zod'
import { count } from '../../kernel/errors/index.ts'
import { loginChanges, loginText } from '../ci/index.ts'
import type { Action, Holding, LoginAction, MachineAction, ProjectAction } from './action.ts'

/** An action for people and for JSON: `name` is like `talent-mesh/prod/databases`. */
export const differenceShape = z.strictObject({
  change: z.enum(['create', 'change', 'remove']),
  kind: z.enum([
    ...(['project', 'environment', 'folder', 'person', 'member'] as const),
    ...(['identity', 'login', 'machine', 'privilege', 'variable'] as const),
  ]),
  name: z.string(),
  detail: z.string(),
})
export type Difference = z.infer<typeof differenceShape>

/** Names the thing, and says what would be done with it. */
export function described(action: Action): Difference {
  const { change, kind } = action
  return { change, kind, name: nameOf(action), detail: detailOf(action) }
}

function nameOf(action: Action): string {
  switch (action.kind) {
    case 'project':
      return action.project
    case 'environment':
      return `${action.project}/${action.environment}`
    case 'folder': {
      const path = action.change === 'remove' ? action.folder.path : action.path
      return `${action.project}/${action.environment}${path}`
    }
    case 'person':
      return action.email
    case 'member':
      return `${action.email} in ${action.project}`
    case 'identity':
    case 'login':
      return action.identity
    case 'privilege': {
      const which = action.change === 'remove' ? `${action.slug} of ` : ''
      return `${which}${action.identity} in ${action.project}`
    }
    case 'machine':
      return `${action.identity} in ${action.project}`
  }
}

function detailOf(action: Action): string {
  switch (action.kind) {
    case 'project':
      return projectDetail(action)
    case 'environment':
      if (action.change === 'remove') return lostWith(action)
      return action.restores === undefined ? '' : 'restored, with what it had when it was deleted'
    case 'folder':
      if (action.change === 'remove') return lostWith(action)
      return action.brings.length > 0 ? `with ${action.brings.join(', ')}` : ''
    case 'person':
      return 'invited to the organisation'
    case 'member': {
      if (action.change === 'remove') return action.from
      const roles = action.roles.join(', ')
      return action.change === 'create' ? roles : `${action.from} → ${roles}`
    }
    case 'identity':
      return 'no-access in the organisation'
    case 'login':
      return loginDetail(action)
    case 'machine':
    case 'privilege':
      return machineDetail(action)
  }
}

const lostWith = ({ secrets }: Holding) => (secrets === undefined ? '' : `with ${count(secrets, 'secret')}`)

function projectDetail(action: ProjectAction): string {
  const { description, deleteProtection } = action
  return [
    ...('defaultEnvironments' in action && action.defaultEnvironments ? ['with dev, staging, prod'] : []),
    ...(description === undefined ? [] : [`description: ${description}`]),
    ...(deleteProtection === undefined ? [] : [`delete protection ${deleteProtection ? 'on' : 'off'}`]),
  ].join('; ')
}

function loginDetail({ login, how, from, drops }: LoginAction): string {
  const what = from === undefined ? loginText(login) : loginChanges(from, login)
  const parts = [...(how === 'keep' ? [] : [what]), ...(drops === undefined ? [] : [`no ${drops} any more`])]
  return parts.join('; ')
}

function machineDetail(action: MachineAction): string {
  if (action.kind === 'privilege') return action.change === 'remove' ? '' : action.may
  if (action.change === 'create') return 'no-access'
  return action.change === 'change' ? `${action.from} → no-access` : action.from
}

/** How many things are to be made, changed and deleted, in words. */
export function summed(differences: readonly Pick<Difference, 'change'>[]): string {
  const words = { create: 'to make', change: 'to change', remove: 'to delete' } as const
  const counted = Object.entries(words).map(
    ([change, word]) => [differences.filter(found => found.change === change).length, word] as const,
  )
  const some = counted.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`)
  return some.length === 0 ? 'all is as the file says' : some.join(', ')
}
