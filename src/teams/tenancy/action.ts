import * as z from 'zod'
import { count } from '../../kernel/errors/index.ts'

/** A project that is not there, with the environments that it is to have. */
interface NewProjectAction {
  readonly kind: 'project'
  readonly change: 'create'
  readonly project: string
  readonly description?: string
  readonly deleteProtection?: boolean
  /** Whether the server's own three environments are all wanted: they come with the project. */
  readonly defaultEnvironments: boolean
}

interface ChangedProjectAction {
  readonly kind: 'project'
  readonly change: 'change'
  readonly project: string
  readonly description?: string
  readonly deleteProtection?: boolean
}

interface EnvironmentAction {
  readonly kind: 'environment'
  readonly change: 'create'
  readonly project: string
  readonly environment: string
}

interface FolderAction {
  readonly kind: 'folder'
  readonly change: 'create'
  readonly project: string
  readonly environment: string
  readonly path: string
  /** Folders above it that come with it. */
  readonly brings: readonly string[]
}

/** One thing to do on the server, by names: of what is not there yet, ids are not known. */
export type Action = NewProjectAction | ChangedProjectAction | EnvironmentAction | FolderAction

/** An action for people and for JSON: `name` is like `talent-mesh/prod/databases`. */
export const differenceShape = z.strictObject({
  change: z.enum(['create', 'change']),
  kind: z.enum(['project', 'environment', 'folder']),
  name: z.string(),
  detail: z.string(),
})
export type Difference = z.infer<typeof differenceShape>

/** Names the thing, and says what would be done with it. */
export function described(action: Action): Difference {
  const { change, kind, project } = action
  switch (kind) {
    case 'project':
      return { change, kind, name: project, detail: projectDetail(action) }
    case 'environment':
      return { change, kind, name: `${project}/${action.environment}`, detail: '' }
    case 'folder':
      return {
        ...{ change, kind, name: `${project}/${action.environment}${action.path}` },
        detail: action.brings.length > 0 ? `with ${action.brings.join(', ')}` : '',
      }
  }
}

function projectDetail(action: NewProjectAction | ChangedProjectAction): string {
  const { change, description, deleteProtection } = action
  return [
    ...(change === 'create' && action.defaultEnvironments ? ['with dev, staging, prod'] : []),
    ...(description === undefined ? [] : [`description: ${description}`]),
    ...(deleteProtection === undefined ? [] : [`delete protection ${deleteProtection ? 'on' : 'off'}`]),
  ].join('; ')
}

/** How many things are to be made and to be changed, in words. */
export function summed(differences: readonly Pick<Difference, 'change'>[]): string {
  const of = (change: Difference['change']) => differences.filter(found => found.change === change).length
  return differences.length === 0
    ? 'all is as the file says'
    : `${count(of('create'), 'thing')} to make, ${of('change')} to change`
}
