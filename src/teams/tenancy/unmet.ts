import * as z from 'zod'
import { count, SealiftError } from '../../kernel/errors/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import type { Action } from './action.ts'
import type { Observed } from './observe.ts'

/** Something that the file wants and the server cannot be given, and why. */
export const unmetShape = z.strictObject({ name: z.string(), why: z.string() })
export type Unmet = z.infer<typeof unmetShape>

/** The error that ends an apply which did all but these. @returns undefined when there are none */
export function allButUnmet(unmet: readonly Unmet[]): SealiftError | undefined {
  if (unmet.length === 0) return undefined
  const faults = unmet.map(({ name, why }) => `${name}: ${why}`)
  const some = count(unmet.length, 'thing')
  return new SealiftError('TENANCY_UNMET', `the rest is done, but ${some} of the file cannot be had here`, {
    faults,
  })
}

/** Limits of the server's licence that a difference would go over. */
export function overLimits(tenancy: Tenancy, actions: readonly Action[], observed: Observed): Unmet[] {
  const { licence, projects, others, people, identities } = observed
  const made = (kind: Action['kind']) =>
    actions.filter(action => action.kind === kind && action.change === 'create').length
  const over = (what: 'projects' | 'people' | 'identities', there: number, more: number): Unmet[] => {
    const most = licence.most[what]
    if (most === undefined || more === 0 || there + more <= most) return []
    return [{ name: `${more} more ${what}`, why: `the licence allows ${most}, and there are ${there}` }]
  }
  const most = licence.most.environments
  const crowded = tenancy.projects.filter(
    ({ environments }) => most !== undefined && environments.length > most,
  )
  return [
    ...over('projects', projects.size + others.length, made('project')),
    ...over('people', people.length, made('person')),
    ...over('identities', identities.length, made('identity')),
    ...crowded.map(({ slug, environments }) => ({
      name: `${environments.length} environments of ${slug}`,
      why: `the licence allows ${most} in a project`,
    })),
  ]
}
