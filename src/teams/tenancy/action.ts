import * as z from 'zod'
import { count } from '../../kernel/errors/index.ts'
import type { ServerFolder } from '../../kernel/ports/index.ts'

/** What a thing is called, in plans and in JSON. */
const kinds = z.enum(['project', 'environment', 'folder', 'person', 'member'])

interface In {
  readonly project: string
}
interface Settings {
  readonly description?: string
  readonly deleteProtection?: boolean
}

/** A project that is not there; `defaultEnvironments`: the server's own three are all wanted, and come with it. */
interface NewProject extends In, Settings {
  readonly kind: 'project'
  readonly change: 'create'
  readonly defaultEnvironments: boolean
}
interface ChangedProject extends In, Settings {
  readonly kind: 'project'
  readonly change: 'change'
}
interface NewEnvironment extends In {
  readonly kind: 'environment'
  readonly change: 'create'
  readonly environment: string
}
/** Something that takes secrets with it; how many is asked only before it is deleted. */
interface Holding extends In {
  readonly secrets?: number
}
interface OldEnvironment extends Holding {
  readonly kind: 'environment'
  readonly change: 'remove'
  readonly environment: string
  readonly id: string
}
/** `brings`: folders above it that come with it. */
interface NewFolder extends In {
  readonly kind: 'folder'
  readonly change: 'create'
  readonly environment: string
  readonly path: string
  readonly brings: readonly string[]
}
interface OldFolder extends Holding {
  readonly kind: 'folder'
  readonly change: 'remove'
  readonly environment: string
  readonly folder: ServerFolder
}
/** Somebody who is to be invited to the organisation. */
interface NewPerson {
  readonly kind: 'person'
  readonly change: 'create'
  readonly project?: never
  readonly email: string
}
/** Somebody who is to come into a project, and as what. */
export interface NewMember extends In {
  readonly kind: 'member'
  readonly change: 'create'
  readonly email: string
  readonly roles: readonly string[]
}
interface ChangedMember extends In {
  readonly kind: 'member'
  readonly change: 'change'
  readonly email: string
  readonly id: string
  readonly roles: readonly string[]
  /** Roles now, in words. */
  readonly from: string
}
interface OldMember extends In {
  readonly kind: 'member'
  readonly change: 'remove'
  readonly email: string
  readonly id: string
  readonly from: string
}

/** Something that a project has and the file does not name: what a prune deletes. */
export type Removal = OldEnvironment | OldFolder | OldMember

/** One thing to do on the server, by names: of what is not there yet, ids are not known. */
export type Action =
  | NewProject
  | ChangedProject
  | NewEnvironment
  | NewFolder
  | NewPerson
  | NewMember
  | ChangedMember
  | Removal

/** An action for people and for JSON: `name` is like `talent-mesh/prod/databases`. */
export const differenceShape = z.strictObject({
  change: z.enum(['create', 'change', 'remove']),
  kind: kinds,
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
  }
}

function detailOf(action: Action): string {
  switch (action.kind) {
    case 'project':
      return projectDetail(action)
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
    case 'environment':
      return action.change === 'remove' ? lostWith(action) : ''
  }
}

const lostWith = ({ secrets }: Holding) => (secrets === undefined ? '' : `with ${count(secrets, 'secret')}`)

function projectDetail(action: NewProject | ChangedProject): string {
  const { description, deleteProtection } = action
  return [
    ...('defaultEnvironments' in action && action.defaultEnvironments ? ['with dev, staging, prod'] : []),
    ...(description === undefined ? [] : [`description: ${description}`]),
    ...(deleteProtection === undefined ? [] : [`delete protection ${deleteProtection ? 'on' : 'off'}`]),
  ].join('; ')
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
