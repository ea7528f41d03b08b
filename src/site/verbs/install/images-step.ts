import { noteBrought, type Step } from '../../install/index.ts'
import { doubtfulImages, loadImages } from '../../load/index.ts'
import type { Installation } from './installation.ts'

/** Loads the images that the node lacks, and pins those that are not. */
export function imagesStep({ bundle, host, talk }: Installation): Step {
  return {
    id: 'images',
    title: 'Load images into containerd',
    async run(say) {
      const { cluster, runtime, platform } = host
      if (!runtime) throw new Error('the runtime was looked for before the first step')
      for (const doubt of await doubtfulImages(bundle, platform)) talk.reporter.warn(doubt)
      const { changed, loaded, pinned, present } = await loadImages({
        bundle,
        runtime,
        platform,
        signal: talk.signal,
        onProgress: talk.progressOn({ update: say }),
        announce: brought =>
          noteBrought(
            cluster,
            brought.map(({ name, descriptor: { digest } }) => ({ name, digest })),
          ),
      })
      const again = pinned.length > 0 ? `, ${pinned.length} of them pinned again` : ''
      return {
        changed,
        detail: `${loaded.length} loaded, ${present.length} there before${again}, all pinned`,
      }
    },
  }
}
