import type { Tenancy, TenancyIdentity, TenancyProject } from '../../kernel/tenancy-file/index.ts'
import { above } from './folders.ts'
import { type Allowed, allowedIn, covers } from './permissions.ts'

/** Something to try as an identity, and whether the file lets it. */
export interface Trial {
  readonly project: string
  readonly environment: string
  /** A folder that is there. */
  readonly path: string
  readonly action: 'read' | 'write'
  readonly may: boolean
}

/**
 * What shows that an identity may do what it must, and nothing else: in each of its projects one folder that it may
 * read, and of each environment one that it may not read and one that it may not write, as far as there are such. What
 * it may write is not tried: that would leave a secret.
 */
export function trialsOf(identity: TenancyIdentity, { projects }: Tenancy): Trial[] {
  return projects.flatMap(project => {
    const allowed = allowedIn(identity, project)
    return allowed.length === 0 ? [] : trialsIn(project, allowed)
  })
}

function trialsIn(project: TenancyProject, allowed: readonly Allowed[]): Trial[] {
  const { slug, environments, folders } = project
  const places = [...new Set(['/', ...folders.flatMap(path => [...above(path), path])])]
  const of = environments.map(environment => {
    const found = allowed.find(one => one.environment === environment)
    const { read = [], write = [], push = [] } = found ?? {}
    const canRead = (path: string) => covers([...read, ...write, ...push], path)
    const canWrite = (path: string) => covers([...write, ...push], path)
    return {
      environment,
      readable: places.find(canRead),
      unreadable: places.find(path => !canRead(path)),
      // Rather one that it may read: there the server has to tell the two apart.
      unwritable:
        places.find(path => canRead(path) && !canWrite(path)) ?? places.find(path => !canWrite(path)),
    }
  })
  const first = of.find(({ readable }) => readable !== undefined)
  return [
    ...(first?.readable === undefined ? [] : [tried(slug, first.environment, first.readable, 'read', true)]),
    ...of.flatMap(({ environment, unreadable, unwritable }) => [
      ...(unreadable === undefined ? [] : [tried(slug, environment, unreadable, 'read', false)]),
      ...(unwritable === undefined ? [] : [tried(slug, environment, unwritable, 'write', false)]),
    ]),
  ]
}

const tried = (
  project: string,
  environment: string,
  path: string,
  action: Trial['action'],
  may: boolean,
): Trial => ({ project, environment, path, action, may })
