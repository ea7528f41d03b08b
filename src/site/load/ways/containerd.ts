import type { Bundle } from '../../../bundle/layout/index.ts'
import { bytes } from '../../../kernel/errors/index.ts'
import type { Runtime } from '../../../kernel/ports/index.ts'
import { type LoadResult, loadImages, missingOn, requireBase } from '../load.ts'
import { runtimeNames } from '../plan.ts'
import { requireRoom } from '../room.ts'
import type { Lacking, LoadingWay, RoomFound } from './way.ts'

/** Streams what this node lacks into its containerd, pins and unpacks it. `platform` is the node's, `linux/amd64`. */
export function containerdWay(runtime: Runtime, platform: string): LoadingWay {
  return {
    name: 'containerd',
    title: 'Load images into containerd',
    base: async bundle => `${await requireBase(runtime, bundle, platform)} of its layers are on this node`,
    room: bundle => roomInContainerd(runtime, bundle, platform),
    lacks: async bundle => [await lackingIn(runtime, bundle, platform)],
    async load(request) {
      const result = await loadImages({ ...request, runtime: telling(runtime, request.imported), platform })
      return { ...result, detail: loadedWords(result) }
    },
  }
}

/** The room that a node's containerd needs and has. @throws SealiftError as {@link requireRoom} */
export async function roomInContainerd(
  runtime: Runtime,
  bundle: Bundle,
  platform: string,
): Promise<RoomFound> {
  const { content, unpacked, free } = await requireRoom(runtime, bundle, platform)
  if (content === 0) return { detail: 'all images are there' }
  const room = free === undefined ? '' : `, ${bytes(free)} are free`
  const detail = `${bytes(content)}, about ${bytes(unpacked)} more unpacked${room}`
  const tight = free !== undefined && content + unpacked > free
  return { detail, ...(tight ? { doubt: `the images may not fit on this node: ${detail}` } : {}) }
}

/** What a node's containerd lacks of a bundle. @throws SealiftError LOAD_FAILED, BUNDLE_WRONG_PLATFORM */
export async function lackingIn(runtime: Runtime, bundle: Bundle, platform: string): Promise<Lacking> {
  const { missing, present, unpinned, packed, bytes } = await missingOn(runtime, bundle, platform)
  const loose = new Set(unpinned)
  const changed = present.flatMap(image => {
    const pins = runtimeNames(image).some(name => loose.has(name))
    const what = [...(pins ? ['pinned'] : []), ...(packed.includes(image) ? ['unpacked'] : [])]
    return what.length === 0 ? [] : [{ image, detail: `is there, and is ${what.join(' and ')}` }]
  })
  return {
    images: [
      ...missing.map(image => ({
        ...{ change: 'create' as const, image },
        detail: 'is loaded, pinned and unpacked',
      })),
      ...changed.map(one => ({ change: 'change' as const, ...one })),
    ],
    bytes,
  }
}

/** What a load into containerd did: `2 loaded, 0 there before, all pinned`. */
export function loadedWords({ loaded, present, pinned }: LoadResult): string {
  const again = pinned.length > 0 ? `, ${pinned.length} of them pinned again` : ''
  return `${loaded.length} loaded, ${present.length} there before${again}, all pinned`
}

/** A runtime that tells when an import has come to its end. */
function telling(runtime: Runtime, imported: () => void = () => {}): Runtime {
  return {
    ...runtime,
    async import(archive, signal) {
      await runtime.import(archive, signal)
      imported()
    },
  }
}
