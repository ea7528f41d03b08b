import { noteBrought, type Step } from '../../install/index.ts'
import { doubtfulImages, stepPerNode } from '../../load/index.ts'
import type { ImageGroup } from './image-groups.ts'
import type { Installation } from './installation.ts'

/**
 * Brings the images that are missing, by the way that was chosen: a step per group. They are brought one group after
 * another, in this order, while earlier ones are unpacked: of two imports at once that are killed nobody could tell whose
 * leases stay behind, and both would wait for the same disk.
 */
export function imageSteps(groups: readonly ImageGroup[], installation: Installation): Step[] {
  const turn = inTurn()
  const { title } = installation.way
  return groups.map(group => ({
    id: group.id,
    title: group.chart === undefined ? title : `${title}: ${group.chart}`,
    needs: [],
    run: (say, signal) =>
      turn(over => {
        signal.throwIfAborted()
        return load(group, installation, say, signal, over)
      }),
  }))
}

async function load(
  { images }: ImageGroup,
  { bundle, host, talk, way }: Installation,
  say: (detail: string) => void,
  signal: AbortSignal,
  imported: () => void,
) {
  const { cluster, clock, platform } = host
  const { reporter } = talk
  const part = { ...bundle, images: bundle.images.filter(({ name }) => images.has(name)) }
  for (const doubt of await doubtfulImages(part, platform)) reporter.warn(doubt)
  const { changed, detail } = await way.load({
    bundle: part,
    clock,
    signal,
    say,
    imported,
    stepOn: stepPerNode(talk),
    onProgress: talk.progressOn({ update: say }),
    tell: text => reporter.note(text),
    announce: brought =>
      noteBrought(
        cluster,
        brought.map(({ name, descriptor: { digest } }) => ({ name, digest })),
      ),
  })
  return { changed, detail }
}

/** Runs work in the order in which it comes, each as soon as the one before says that it is over, or has ended. */
function inTurn(): <T>(work: (over: () => void) => Promise<T>) => Promise<T> {
  let last = Promise.resolve()
  return async work => {
    const before = last
    const { promise, resolve } = Promise.withResolvers<void>()
    last = promise
    await before
    try {
      return await work(resolve)
    } finally {
      resolve()
    }
  }
}
