import type { KubernetesObject } from '../../../kernel/ports/index.ts'
import {
  type ApplyingStores,
  applyStores,
  type ObservedStores,
  type StoreAction,
  type StoreRemoval,
  type StoresComparison,
} from '../../stores/index.ts'
import { withDone } from '../../tenancy/index.ts'

/** What there is, and what lies between that and the file. */
export interface Looked {
  readonly observed: ObservedStores
  readonly comparison: StoresComparison
}

/** What came of it: what was done, the last look, the stores as they are to be, and ids of projects by their slugs. */
export interface Made extends Looked {
  readonly done: readonly StoreAction[]
  readonly stores: readonly KubernetesObject[]
  readonly projects: ReadonlyMap<string, string>
}

/**
 * Does what is missing; where the server fails on the way, it is given time, and looked at again, until nothing is.
 * @param look looks anew @param pruned picks what was confirmed to be deleted
 * @throws SealiftError SERVER_FAILED, CLUSTER_*, FOREIGN_INSTALL
 */
export async function untilMade(
  first: Looked,
  look: () => Promise<Looked>,
  pruned: (extras: readonly StoreRemoval[]) => StoreRemoval[],
  world: Omit<ApplyingStores, 'observed' | 'done'>,
): Promise<Made> {
  const all: StoreAction[] = []
  for (let looked = first; ; looked = await look()) {
    const { observed, comparison } = looked
    const removals = pruned(comparison.extras)
    const total = all.length + comparison.actions.length + removals.length
    const done = (action: StoreAction) => {
      all.push(action)
      world.patience.progress?.(`${all.length} of ${total}`)
    }
    try {
      const made = await applyStores(comparison, removals, { ...world, observed, done })
      return { ...looked, ...made, done: all }
    } catch (error) {
      // Nobody knows what a request has done that the server failed at: it is looked at anew.
      await world.pace.rest(error).catch((failure: unknown) => {
        throw withDone(failure, all.length)
      })
    }
  }
}
