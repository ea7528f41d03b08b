import type { BundleLock } from '../../../bundle/lock/index.ts'
import { type Digest, parseReference, type Reference } from '../../../kernel/oci/index.ts'
import type { Registry } from '../../../kernel/ports/index.ts'
import type { FillOptions } from '../../fetch/index.ts'

type OpenBlob = FillOptions['open']

/** Layers that were asked for before anything else was known. */
export interface Early {
  /** Opens a blob by the stream that is under way, if it is one of them, or else by `open`. */
  through(open: OpenBlob): OpenBlob
  /** Ends those that nobody has wanted. */
  end(): Promise<void>
}

/** What is asked for early. */
export interface Asking {
  readonly lock: BundleLock
  /** Layers that are not wanted. */
  readonly absent: ReadonlySet<Digest>
  /** How many at once. */
  readonly most: number
  readonly signal: AbortSignal
}

/**
 * Asks for the largest layers of a lock, which says where each is and how long: by the time that the manifests have been
 * fetched and a place is known for every byte, theirs are on the way. An error is that of whoever reads the stream.
 */
export function askEarly({ lock, absent, most, signal }: Asking, registry: Registry): Early {
  const stop = new AbortController()
  const begun = new Map(
    largest(lock, absent, most).map(({ place, digest, size }) => {
      const options = { offset: 0, signal: AbortSignal.any([signal, stop.signal]), transient: true } as const
      const rest = registry.blob(place, { digest, size }, options)[Symbol.asyncIterator]()
      const first = rest.next()
      first.catch(() => {})
      return [digest, { first, rest }] as const
    }),
  )
  async function* going({ first, rest }: Begun, by: AbortSignal) {
    const onAbort = () => stop.abort(by.reason)
    by.addEventListener('abort', onAbort)
    try {
      for (let next = await first; next.done !== true; next = await rest.next()) yield next.value
    } finally {
      by.removeEventListener('abort', onAbort)
      await rest.return?.()
    }
  }
  return {
    through: open => (blob, options) => {
      const early = options.offset === 0 ? begun.get(blob.digest) : undefined
      begun.delete(blob.digest)
      return early === undefined ? open(blob, options) : going(early, options.signal)
    },
    async end() {
      stop.abort()
      await Promise.allSettled([...begun.values()].map(({ first }) => first))
    },
  }
}

interface Begun {
  readonly first: Promise<IteratorResult<Uint8Array>>
  readonly rest: AsyncIterator<Uint8Array>
}

/** Those that a bundle is filled with first. */
function largest({ images, platforms }: BundleLock, absent: ReadonlySet<Digest>, most: number) {
  const layers = images.flatMap(image => {
    const { registry, repository } = parseReference(image.name) as Reference
    return platforms.flatMap(platform =>
      (Object.entries(image.platforms[platform]?.layers ?? {}) as [Digest, number][]).map(
        ([digest, size]) => ({
          place: { registry, repository },
          digest,
          size,
        }),
      ),
    )
  })
  return [...new Map(layers.map(layer => [layer.digest, layer])).values()]
    .filter(({ digest }) => !absent.has(digest))
    .sort((a, b) => b.size - a.size || (a.digest < b.digest ? -1 : 1))
    .slice(0, most)
}
