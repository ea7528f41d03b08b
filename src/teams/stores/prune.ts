import { SealiftError } from '../../kernel/errors/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import { lookOf } from '../looking/index.ts'
import { confirmEach } from '../tenancy/index.ts'
import { describedStore, type StoreDifference, type StoreRemoval } from './action.ts'

/** Asks whether somebody means what goes for ever. @throws when nobody does */
export type ConfirmStores = (project: string, removals: readonly StoreDifference[]) => Promise<void>

/**
 * Lets the removals of the named projects be confirmed, project by project. Gives what picks those that were, out of
 * what is found later on: more that comes up on the way was not confirmed.
 * @throws SealiftError USAGE for a project that the file has not, and of which nothing is left, and what `confirm` throws
 */
export async function confirmStorePruning(
  slugs: readonly string[],
  extras: readonly StoreRemoval[],
  tenancy: Tenancy,
  confirm: ConfirmStores,
): Promise<(all: readonly StoreRemoval[]) => StoreRemoval[]> {
  const known = new Set([
    ...tenancy.projects.map(({ slug }) => slug),
    ...extras.map(({ project }) => project),
    lookOf(tenancy)?.project,
  ])
  const unknown = slugs.filter(slug => !known.has(slug))
  if (unknown.length > 0)
    throw new SealiftError('USAGE', `nothing was changed: ${unknown.join(', ')} cannot be pruned`, {
      hints: ['--prune takes the slug of a project that is in the file, or that stores are left of'],
    })
  return await confirmEach(slugs, extras, describedStore, (slug, removals) =>
    confirm(slug, removals.map(describedStore)),
  )
}
