import type { LockedImage } from '../../../bundle/lock/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Digest, Manifest } from '../../../kernel/oci/index.ts'

/**
 * Holds what a lock says of an image's platforms to their manifests: a lock is made without reading those again that
 * it has, and people can edit it.
 * @param manifests by digest
 * @throws SealiftError LOCK_DRIFT
 */
export function holdToManifests(
  { name, platforms }: LockedImage,
  wanted: readonly string[],
  manifests: ReadonlyMap<Digest, Manifest>,
): void {
  const wrong = wanted.filter(platform => {
    const locked = platforms[platform]
    const manifest = locked && manifests.get(locked.manifest)
    if (locked === undefined || manifest === undefined) return false
    const { config, layers } = manifest
    const sizes = new Map(layers.map(({ digest, size }) => [digest, size]))
    const sameLayers =
      Object.keys(locked.layers).length === sizes.size &&
      [...sizes].every(([digest, size]) => locked.layers[digest] === size)
    return !sameLayers || locked.config.digest !== config.digest || locked.config.size !== config.size
  })
  if (wrong.length === 0) return
  throw new SealiftError('LOCK_DRIFT', `the lock does not say of ${name} what its manifests do`, {
    faults: wrong.map(platform => `${platform}: another config or other layers`),
    hints: ['Was it edited by hand? Restore it from version control, or delete it and lock again.'],
  })
}
