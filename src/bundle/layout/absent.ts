import * as z from 'zod'
import { bytes, count, SealiftError } from '../../kernel/errors/index.ts'
import { type Digest, digestShape } from '../../kernel/oci/index.ts'
import type { CarriedImage } from './carried-image.ts'
import type { Reading } from './reading.ts'

/** A layer that a delta leaves out, since an older bundle has it. */
export const absentLayer = z.strictObject({
  digest: digestShape,
  /** Bytes. */
  size: z.number(),
  /** Full names of the images that need it. */
  images: z.array(z.string()),
})
export type AbsentLayer = z.infer<typeof absentLayer>

/** The layers that images name and the archive does not hold, by digest. */
export function absentLayers(images: readonly CarriedImage[], { claimed, blobs }: Reading): AbsentLayer[] {
  const absent = new Map<Digest, { digest: Digest; size: number; images: Set<string> }>()
  for (const { name, platforms } of images) {
    for (const { digest, size } of [...platforms.values()].flatMap(({ layers }) => layers)) {
      if (blobs.has(digest) || !claimed.get(digest)?.layer) continue
      const known = absent.get(digest) ?? { digest, size, images: new Set() }
      known.images.add(name)
      absent.set(digest, known)
    }
  }
  return [...absent.values()]
    .map(layer => ({ ...layer, images: [...layer.images] }))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1))
}

/** Bytes of layers together. */
export function layerBytes(layers: readonly { readonly size: number }[]): number {
  return layers.reduce((sum, { size }) => sum + size, 0)
}

// What a person reads through, and more than images usually have.
const named = 100

/**
 * The refusal of a delta whose base is not there. `missing` are the layers looked for, `where` says in vain where
 * (`on this node`).
 */
export function baseMissing(missing: readonly AbsentLayer[], where: string, hints: readonly string[]) {
  const rest = missing.length > named ? [`and ${missing.length - named} more`] : []
  const what = `${count(missing.length, 'layer')} (${bytes(layerBytes(missing))})`
  const are = missing.length === 1 ? 'is' : 'are'
  return new SealiftError(
    'BASE_MISSING',
    `this is a delta, and ${what} that it leaves out ${are} not ${where}`,
    {
      faults: [
        ...missing
          .slice(0, named)
          .map(({ digest, size, images }) => `${digest} (${bytes(size)}) of ${images.join(', ')}`),
        ...rest,
      ],
      hints,
    },
  )
}
