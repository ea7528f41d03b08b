import type { Permission } from '../../kernel/ports/index.ts'
import type { TenancyIdentity, TenancyProject } from '../../kernel/tenancy-file/index.ts'

/** Slug of the one additional privilege that an identity has in a project. */
export const privilegeSlug = 'sealift-tenancy'

/** What ESO and the server's own clients need to read a secret; recorded. */
const reading = ['describeSecret', 'readValue'] as const
const pushing = [...reading, 'create', 'edit'] as const
const writing = [...pushing, 'delete'] as const

/** Folders of an environment that may be read, and those that may be written: `/ci` alone, or `/ci/**` with all below. */
export interface Allowed {
  readonly environment: string
  readonly read: readonly string[]
  readonly write: readonly string[]
  /** Those where secrets may be made and changed, and none be deleted. */
  readonly push: readonly string[]
}

/** What an identity may do in a project, environment by environment; empty where it has no access. */
export function allowedIn({ access }: TenancyIdentity, project: TenancyProject): Allowed[] {
  const ofProject = access.filter(entry => entry.project === project.slug)
  return project.environments
    .map(environment => {
      const some = ofProject.filter(({ environments }) => environments?.includes(environment) ?? true)
      const paths = (list: 'read' | 'write' | 'push') =>
        [...new Set(some.flatMap(entry => entry[list] ?? []))].sort()
      return { environment, read: paths('read'), write: paths('write'), push: paths('push') }
    })
    .filter(({ read, write, push }) => read.length + write.length + push.length > 0)
}

/** The rules of the privilege that permits exactly this: one for each environment and path. */
export function permissionsOf(allowed: readonly Allowed[]): Permission[] {
  return allowed.flatMap(({ environment, read, write, push }) => [
    ...write.flatMap(path => rules(environment, path, writing)),
    ...push.filter(path => !write.includes(path)).flatMap(path => rules(environment, path, pushing)),
    ...read
      .filter(path => !write.includes(path) && !push.includes(path))
      .flatMap(path => rules(environment, path, reading)),
  ])
}

function rules(environment: string, path: string, action: readonly string[]): Permission[] {
  const rule = { subject: 'secrets', action }
  const below = /^(.*)\/\*\*$/.exec(path)?.[1]
  if (below === undefined) return [{ ...rule, conditions: { environment, secretPath: path } }]
  const all = { ...rule, conditions: { environment, secretPath: { $glob: path } } }
  // `/**` is the root as well; of another folder, the folder itself needs a rule of its own.
  return below === '' ? [all] : [{ ...rule, conditions: { environment, secretPath: below } }, all]
}

/** Whether one of these paths is a folder, or has it below. */
export function covers(paths: readonly string[], folder: string): boolean {
  return paths.some(path => {
    const below = /^(.*)\/\*\*$/.exec(path)?.[1]
    return below === undefined ? path === folder : folder === below || folder.startsWith(`${below}/`)
  })
}

/** What is permitted, in words: `prod: reads /ci/**`. */
export function permitted(allowed: readonly Allowed[]): string {
  return allowed
    .map(({ environment, read, write, push }) => {
      const parts = [
        ...(read.length > 0 ? [`reads ${read.join(' ')}`] : []),
        ...(write.length > 0 ? [`writes ${write.join(' ')}`] : []),
        ...(push.length > 0 ? [`pushes to ${push.join(' ')}`] : []),
      ]
      return `${environment}: ${parts.join(', ')}`
    })
    .join('; ')
}
