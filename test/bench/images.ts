/** What is carried in the measurements: images of realistic sizes that cannot be compressed, the same every time. */
import { type Image, image, push, randomLayer } from '../support/connected/index.ts'

const MB = 1e6

/** Sizes in MB of each image's own layers; all lie on one base of 30 MB. Together 650 MB. */
const own = {
  platform: [150, 60, 30, 6],
  operator: [20],
  cache: [40, 10],
  database: [200, 80, 24],
} as const

/** The name of an image in the registry: `bench/NAME:1`. */
export type BenchImage = keyof typeof own

/** All four images: 650 MB, of which `platform` is 276. */
export const allImages = Object.keys(own) as BenchImage[]

/** Two images that have 100 MB together. */
export const smallImages: readonly BenchImage[] = ['operator', 'cache']

/** Makes the images and pushes them to a registry; gives what was pushed. */
export async function pushImages(host: string, signal: AbortSignal): Promise<Map<BenchImage, Image>> {
  const base = await randomLayer('base', 30 * MB)
  const made = new Map<BenchImage, Image>()
  for (const name of allImages) {
    const layers = [base]
    for (const size of own[name]) {
      signal.throwIfAborted()
      layers.push(await randomLayer(`${name} ${size}`, size * MB))
    }
    const result = await image(layers, { Entrypoint: ['/data'] })
    await push(host, `bench/${name}`, '1', result)
    made.set(name, result)
  }
  return made
}

/** One image of 50 MB: what is begun and ended with weighs more there. */
export const oneImage: readonly BenchImage[] = ['operator']
