import { noteBrought, type Step } from '../../install/index.ts'
import { doubtfulImages } from '../../load/index.ts'
import type { Installation } from './installation.ts'

/** Brings the images that are missing, by the way that was chosen. */
export function imagesStep({ bundle, host, talk, way }: Installation): Step {
  return {
    id: 'images',
    title: way.title,
    async run(say) {
      const { cluster, clock, platform } = host
      const { reporter, signal } = talk
      for (const doubt of await doubtfulImages(bundle, platform)) reporter.warn(doubt)
      const { changed, detail } = await way.load({
        bundle,
        clock,
        signal,
        say,
        onProgress: talk.progressOn({ update: say }),
        tell: text => reporter.note(text),
        announce: brought =>
          noteBrought(
            cluster,
            brought.map(({ name, descriptor: { digest } }) => ({ name, digest })),
          ),
      })
      return { changed, detail }
    },
  }
}
