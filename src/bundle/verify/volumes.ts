import { createHash } from 'node:crypto'
import type { BundleSource, Volume } from '../../kernel/ports/index.ts'
import { damaged, type Fault } from '../layout/index.ts'

const chunk = 1024 * 1024

/** A bundle's source that takes the digests of its volumes on the way. */
export interface HashedVolumes {
  readonly source: BundleSource
  /** Reads what nobody has read, and tells every volume that is not what the list beside them says. */
  faults(): Promise<Fault[]>
}

/** Hashes a bundle's volumes while it is read forward, so that it need not be read twice. */
export function hashVolumes(source: BundleSource): HashedVolumes {
  const volumes = source.volumes?.filter(({ digest }) => digest !== undefined) ?? []
  if (volumes.length === 0) return { source, faults: async () => [] }
  const digests: string[] = []
  let hash = createHash('sha256')
  let position = 0
  const take = (bytes: Uint8Array): void => {
    const volume = volumes[digests.length]
    if (volume === undefined || bytes.length === 0) return
    const part = bytes.subarray(0, volume.offset + volume.size - position)
    hash.update(part)
    position += part.length
    if (position === volume.offset + volume.size) {
      digests.push(`sha256:${hash.digest('hex')}`)
      hash = createHash('sha256')
    }
    take(bytes.subarray(part.length))
  }
  const takeUpTo = async (end: number) => {
    while (position < end) take(await source.read(position, Math.min(chunk, end - position)))
  }
  // Reads may overlap in time; they are hashed in the order in which they were asked for.
  let tail: Promise<void> = Promise.resolve()
  return {
    source: {
      ...source,
      read(offset, length) {
        const reading = source.read(offset, length)
        tail = tail
          .then(async () => {
            const bytes = await reading
            if (offset + length <= position) return
            await takeUpTo(offset)
            take(bytes.subarray(position - offset))
          })
          .catch(() => {}) // Whoever asked is told.
        return reading
      },
    },
    async faults() {
      await tail
      await takeUpTo(source.size)
      return volumes.flatMap((volume, i) => faultOf(volume, digests[i], volumes))
    },
  }
}

function faultOf({ name, digest }: Volume, found: string | undefined, all: readonly Volume[]): Fault[] {
  if (found === digest) return []
  const other = all.find(volume => volume.digest === found)
  const what = other === undefined ? 'its bytes do not match its digest' : `it holds ${other.name}`
  return [damaged(`volume ${name}`, what)]
}
