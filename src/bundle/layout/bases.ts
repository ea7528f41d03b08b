import type { AbsentLayer } from './absent.ts'
import { divide } from './divide.ts'
import type { FillPlan } from './fill-plan.ts'
import type { Bundle } from './open.ts'
import { placeEntries } from './place.ts'

/** An absent layer, and the first of the bases that holds it. */
export interface FoundLayer<Base> {
  readonly layer: AbsentLayer
  readonly base: Base
}

/** Looks for a delta's absent layers in older bundles, full ones or deltas. Their bytes are not read. */
export function findLayers<Base extends { readonly bundle: Pick<Bundle, 'has'> }>(
  absent: readonly AbsentLayer[],
  bases: readonly Base[],
): { readonly found: readonly FoundLayer<Base>[]; readonly missing: readonly AbsentLayer[] } {
  const found: FoundLayer<Base>[] = []
  const missing: AbsentLayer[] = []
  for (const layer of absent) {
    const base = bases.find(({ bundle }) => bundle.has(layer))
    if (base === undefined) missing.push(layer)
    else found.push({ layer, base })
  }
  return { found, missing }
}

/** The plan of the full bundle that a delta was cut from: every byte in its place, all blobs to be fetched. */
export function planWhole({ layout: { index, blobs, mtime } }: Bundle): FillPlan {
  const { size, entries } = placeEntries(index, blobs, mtime)
  return { size, ...divide(entries, new Map()) }
}
