/** The sample bundle, and loading it on a node that is in memory. */
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import type { Runtime } from '../../../../src/kernel/ports/index.ts'
import { type LoadResult, loadImages } from '../../../../src/site/load/index.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { sampleBundle, sampleImages } from '../../../support/sample-bundle.ts'

export const platform = 'linux/amd64'
export const names = Object.values(sampleImages)
export const sample = sampleBundle({ layerSize: 60_000 })
export const open = (file = sample.file) => openBundle(memorySource(file))

/** Loads a bundle file, the sample unless it is another one. */
export const load = async (runtime: Runtime, file?: Buffer): Promise<LoadResult> =>
  loadImages({ bundle: await open(file), runtime, platform })
