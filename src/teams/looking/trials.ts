import type { Trial } from '../tenancy/index.ts'
import type { Look } from './wanted.ts'

/** What shows that whoever may read in the looking project may read nowhere else: each project that it looks into. */
export function trialsBeyond({ into }: Look, there: ReadonlyMap<string, string>): Trial[] {
  return into.flatMap(({ project, environments: [environment] }) =>
    environment === undefined || !there.has(project)
      ? []
      : [{ project, environment, path: '/', action: 'read', may: false }],
  )
}
