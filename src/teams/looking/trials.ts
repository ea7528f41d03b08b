import type { Trial } from '../tenancy/index.ts'
import type { ObservedLook } from './observe.ts'
import type { Look } from './wanted.ts'

/** What shows that whoever may read in the looking project may read nowhere else: one place of each that it looks into. */
export function trialsBeyond({ into }: Look, { sources }: Pick<ObservedLook, 'sources'>): Trial[] {
  return into.flatMap(({ project, environments }) => {
    const there = sources.get(project)?.folders
    const environment = environments.find(slug => there?.has(slug))
    return environment === undefined
      ? []
      : [{ project, environment, path: '/', action: 'read', may: false } as const]
  })
}
