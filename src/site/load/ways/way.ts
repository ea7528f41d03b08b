import type { Bundle, CarriedImage } from '../../../bundle/layout/index.ts'
import type { LoadingWayName } from '../../../kernel/inputs/index.ts'
import type { Clock, Progress } from '../../../kernel/ports/index.ts'
import type { LoadResult } from '../load.ts'
import type { NodeStep } from './node-step.ts'

/** What a load is asked for, whatever its way. All that is told is told while it works. */
export interface LoadRequest {
  readonly bundle: Bundle
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told of bytes moved, of those that are missing. */
  readonly onProgress: (progress: Progress) => void
  /** Told what it waits for, a few words: `3 of 4 images are there`. */
  readonly say: (detail: string) => void
  /** Told what a person must know or do before pods can use the images: whole lines, no secret. */
  readonly tell: (text: string) => void
  /** Told which images are brought, before they are: under none of its names was one there before. */
  readonly announce: (brought: readonly CarriedImage[]) => Promise<void>
  /** Told when all bytes are moved, and another load may begin: what is left, such as unpacking, goes on beside it. */
  readonly imported?: () => void
  /** Begins what is seen of one node, where the way brings images to several. */
  readonly stepOn?: (node: string) => NodeStep
}

/** What a load did, and how that is told in one line. */
export interface WayResult extends LoadResult {
  readonly detail: string
}

/** What a place lacks of a bundle's images: a node, the site's registry, or this machine. */
export interface Lacking {
  /** A node's name, or a registry's host; absent for this machine, as which no node needs to be known. */
  readonly place?: string
  /** Images that would come there, and those that are there and not as they should be; in words what would be done. */
  readonly images: readonly {
    readonly change: 'create' | 'change'
    readonly image: CarriedImage
    readonly detail: string
  }[]
  /** Bytes that would be moved there, each blob counted once. */
  readonly bytes: number
  /** A file that would be put there, or get another name, and why. */
  readonly file?: { readonly change: 'create' | 'change'; readonly path: string; readonly detail: string }
}

/** The room that images take where a way brings them. */
export interface RoomFound {
  /** What they take, and what is free, in words. */
  readonly detail: string
  /** Why they may not fit, where that is so: a sentence to warn of. */
  readonly doubt?: string
}

/** A way by which images come to the nodes. Nothing is connected, read or written before it is asked. */
export interface LoadingWay {
  readonly name: LoadingWayName
  /** What its step is called: `Load images into containerd`. */
  readonly title: string
  /** Takes the images of a bundle all at once: a part of them is nothing for it. */
  readonly whole?: true
  /**
   * Makes sure that what a delta leaves out is where the way brings images; says so in a few words.
   * @throws SealiftError BASE_MISSING, and what `load` throws
   */
  base(bundle: Bundle): Promise<string>
  /**
   * Makes sure that there is room, and that the way can be gone at all. Changes nothing.
   * @throws SealiftError DISK_FULL with the numbers, and what `load` throws
   */
  room(bundle: Bundle): Promise<RoomFound>
  /**
   * What `load` would do, place by place. Changes nothing of it.
   * @throws SealiftError what `load` throws
   */
  lacks(bundle: Bundle): Promise<readonly Lacking[]>
  /**
   * Brings what is missing, and proves that all is there.
   * @throws SealiftError LOAD_FAILED, BASE_MISSING, BUNDLE_DAMAGED, BUNDLE_WRONG_PLATFORM, INTERRUPTED
   */
  load(request: LoadRequest): Promise<WayResult>
  /**
   * Takes away what older bundles alone needed, once this one is proven; gives what went, in words.
   * @throws SealiftError LOAD_FAILED, CLUSTER_*
   */
  settle?(bundle: Bundle): Promise<string[]>
  /** Ends what it needed on the site; never throws. It may be asked again after that. */
  close?(): Promise<void>
}
