import * as z from 'zod'
import {
  absentLayers,
  type BundleLock,
  change,
  contentOf,
  driftOf,
  layersOf,
} from '../../bundle/lock/index.ts'
import type { Digest } from '../../kernel/oci/index.ts'
import { objectChange } from './objects.ts'

const bytes = z.number().int().nonnegative()
const amount = z.strictObject({ count: z.number().int().nonnegative(), bytes })

const side = z.strictObject({
  path: z.string(),
  kind: z.enum(['folder', 'lock', 'bundle']),
  name: z.string(),
  version: z.string(),
  /** A bundle's identity: the digest of its index.json. */
  digest: z.string().optional(),
})

/** The shape of `sealift diff --json`. */
export const diffResult = z.strictObject({
  same: z.boolean(),
  a: side,
  b: side,
  /** Everything in which the locks differ. */
  changes: z.array(change),
  /** Image layers that both have, that only B has, and that only A has. */
  layers: z.strictObject({ shared: amount, added: amount, removed: amount }),
  /** Bytes of layers, configs, charts and tools: all of B, and what a delta of B on A holds of them. */
  carry: z.strictObject({ full: bytes, delta: bytes }),
  /** Kubernetes objects that differ; left out where they were not compared, and `note` says why. */
  objects: z.array(objectChange).optional(),
  note: z.string().optional(),
})

/** What differs between two sides, of which each is a spec's folder, a lock, or a bundle. */
export type Diff = z.infer<typeof diffResult>
/** One of the two. */
export type DiffSide = Diff['a']

/** All that is known from two locks alone. */
export function lockDiff(a: BundleLock, b: BundleLock): Pick<Diff, 'changes' | 'layers' | 'carry'> {
  const [old, now, shared] = [layersOf(a), layersOf(b), absentLayers(a, b)]
  const without = (layers: Map<Digest, number>) =>
    new Map([...layers].filter(([digest]) => !shared.has(digest)))
  const full = sum(contentOf(b))
  return {
    changes: driftOf(a, b),
    layers: {
      shared: amountOf(shared),
      added: amountOf(without(now)),
      removed: amountOf(without(old)),
    },
    carry: { full, delta: full - sum(shared) },
  }
}

function amountOf(layers: ReadonlyMap<Digest, number>) {
  return { count: layers.size, bytes: sum(layers) }
}

function sum(sizes: ReadonlyMap<Digest, number>): number {
  return [...sizes.values()].reduce((total, size) => total + size, 0)
}
