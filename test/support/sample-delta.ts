/** Two versions of the sample bundle that share layers, and the delta from one to the other. */
import { planBundle } from '../../src/bundle/layout/index.ts'
import type { Digest, Manifest } from '../../src/kernel/oci/index.ts'
import { finished, type SampleBundle, type SampleOptions, sampleBundle } from './sample-bundle.ts'

/** The older bundle, the newer one, and the newer one without what the older has. */
export interface SampleDelta {
  readonly older: SampleBundle
  readonly full: SampleBundle
  readonly delta: Buffer
  /** The digests left out: three layers, one of which both images share. */
  readonly absent: readonly Digest[]
}

/** Image layers of a sample, each once. */
export function layersOf({ contents }: SampleBundle): Digest[] {
  const manifests = contents.images.flatMap(image => image.manifests)
  const layers = manifests.flatMap(bytes => {
    const { layers = [] }: Partial<Manifest> = JSON.parse(Buffer.from(bytes).toString())
    return layers.map(({ digest }) => digest)
  })
  return [...new Set(layers)]
}

/** Makes the three. The newer images have one layer more each. `time` is the delta's, in seconds since 1970. */
export function sampleDelta(options: SampleOptions = {}, time = 0): SampleDelta {
  const older = sampleBundle({ ...options, layers: 2 })
  const full = sampleBundle({ ...options, layers: 3 })
  const absent = layersOf(older)
  const plan = planBundle(full.contents, time, new Set(absent))
  return { older, full, delta: finished(plan, full.blobs), absent }
}
