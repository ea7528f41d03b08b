import { type Bundle, baseMissing, type CarriedImage } from '../../bundle/layout/index.ts'
import type { LockedImage } from '../../bundle/lock/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Progress, Runtime } from '../../kernel/ports/index.ts'
import { loadArchive } from './archive.ts'
import { type LoadPlan, planLoad, runtimeNames } from './plan.ts'

/** What loading needs. */
export interface LoadOptions {
  readonly bundle: Bundle
  readonly runtime: Runtime
  /** The node's platform, `linux/amd64`. */
  readonly platform: string
  /** Told of bytes given to the runtime, of those that are missing there. */
  readonly onProgress?: (progress: Progress) => void
  readonly signal?: AbortSignal
  /** Told which images are brought, before they are imported: under none of its names was one there before. */
  readonly announce?: (brought: readonly CarriedImage[]) => Promise<void>
}

/** What loading did: names of images. */
export interface LoadResult {
  readonly changed: boolean
  readonly loaded: readonly string[]
  readonly present: readonly string[]
  /** Names of present images that were not pinned, and are now. */
  readonly pinned: readonly string[]
  /** Bytes given to the runtime. */
  readonly bytes: number
}

/**
 * Makes a node have every image of a bundle: ends what a killed load has left, imports what is missing or incomplete,
 * pins and unpacks all that are not, notes on those that it brings that it did, then proves by digest and content that
 * all are there.
 * @throws SealiftError LOAD_FAILED, BASE_MISSING, BUNDLE_DAMAGED, BUNDLE_WRONG_PLATFORM, INTERRUPTED
 */
export async function loadImages(options: LoadOptions): Promise<LoadResult> {
  const { bundle, runtime, platform, signal } = options
  const interrupted = () => {
    if (signal?.aborted) throw new SealiftError('INTERRUPTED', 'interrupted while loading images')
  }
  const ended = await runtime.endLeftovers()
  const plan = await missingOn(runtime, bundle, platform)
  interrupted()
  // Looked at again right before: between an earlier look and now, nothing protects layers that no image needs.
  await refuseWithoutBase(plan, runtime)
  await options.announce?.(
    plan.missing.filter(image => runtimeNames(image).every(name => plan.brought.has(name))),
  )
  if (plan.missing.length > 0) await importMissing(plan, options)
  for (const image of plan.missing) {
    const { digest } = image.descriptor
    for (const name of runtimeNames(image))
      await runtime.pin(name, plan.brought.has(name) ? digest : undefined)
  }
  for (const name of plan.unpinned) await runtime.pin(name)
  for (const { name } of [...plan.missing, ...plan.packed]) {
    interrupted()
    await runtime.unpack(name, signal).catch(error => {
      interrupted()
      throw error
    })
  }
  const changed = ended.length + plan.missing.length + plan.unpinned.length + plan.packed.length > 0
  // Where nothing was to be done, that was the proof.
  if (changed) await prove(runtime, bundle)
  return {
    changed,
    loaded: plan.missing.map(image => image.name),
    present: plan.present.map(image => image.name),
    pinned: plan.unpinned,
    bytes: plan.bytes,
  }
}

/** The names by which a node has images of a lock. Another image that took such a name is not among them. @throws SealiftError LOAD_FAILED */
export async function namesOn(
  runtime: Runtime,
  images: readonly Pick<LockedImage, 'name' | 'digest'>[],
): Promise<string[]> {
  const known = new Map((await runtime.images()).map(({ name, digest }) => [name, digest]))
  const names = images.flatMap(image => runtimeNames(image).filter(name => known.get(name) === image.digest))
  return [...new Set(names)]
}

/**
 * Makes sure that a node has every layer that a delta leaves out and its images need there. Gives their number, 0
 * for a full bundle. @throws SealiftError BASE_MISSING, LOAD_FAILED, BUNDLE_WRONG_PLATFORM
 */
export async function requireBase(runtime: Runtime, bundle: Bundle, platform: string): Promise<number> {
  if (bundle.absent.length === 0) return 0
  const plan = await missingOn(runtime, bundle, platform)
  await refuseWithoutBase(plan, runtime)
  return plan.needed.length
}

async function refuseWithoutBase({ needed }: LoadPlan, runtime: Runtime): Promise<void> {
  if (needed.length === 0) return
  const content = await runtime.content()
  const missing = needed.filter(({ digest }) => !content.has(digest))
  if (missing.length === 0) return
  throw baseMissing(missing, "in this node's containerd", [
    'carry the full bundle, or make it with `sealift merge` from the delta and the older bundle',
    'a containerd that throws layers away once they are unpacked (discard_unpacked_layers) takes full bundles only',
  ])
}

/** What a node lacks of a bundle. An image whose name is there but not all of its content counts as missing. */
export async function missingOn(runtime: Runtime, bundle: Bundle, platform: string): Promise<LoadPlan> {
  return planLoad(bundle, await runtime.images(), platform)
}

async function importMissing(plan: LoadPlan, { bundle, runtime, platform, onProgress, signal }: LoadOptions) {
  // What the stream throws is the cause; the runtime only sees its input end early.
  let broken: { readonly error: unknown } | undefined
  const counted = async function* () {
    let done = 0
    try {
      for await (const chunk of loadArchive(bundle, plan.missing, platform)) {
        done = Math.min(done + chunk.length, plan.bytes)
        yield chunk
        onProgress?.({ done, total: plan.bytes })
      }
    } catch (error) {
      broken = { error }
      throw error
    }
  }
  try {
    await runtime.import(counted(), signal)
  } catch (error) {
    if (signal?.aborted)
      throw new SealiftError('INTERRUPTED', 'interrupted while loading images', { cause: error })
    throw broken === undefined ? error : broken.error
  }
  if (broken !== undefined) throw broken.error
}

/** @throws SealiftError LOAD_FAILED that names every image that is absent, other, incomplete or unpinned */
async function prove(runtime: Runtime, bundle: Bundle): Promise<void> {
  const known = new Map((await runtime.images()).map(image => [image.name, image]))
  const faults = bundle.images.flatMap(image =>
    runtimeNames(image).flatMap(name => {
      const found = known.get(name)
      const { digest } = image.descriptor
      if (found === undefined) return `${name} is not there`
      if (found.digest !== digest) return `${name} is ${found.digest}, not ${digest}`
      if (!found.complete) return `${name} is not complete`
      return found.pinned ? [] : `${name} is not pinned`
    }),
  )
  if (faults.length === 0) return
  const rest = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  throw new SealiftError('LOAD_FAILED', `the images were loaded, but ${faults[0]}${rest}`, { faults })
}
