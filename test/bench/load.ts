/** Loading on a node that has all but one image: a real containerd, and a bundle file whose reads are counted. */
import { join } from 'node:path'
import { execa } from 'execa'
import type { Measured, Words } from './measure.ts'
import { registryName } from './spec.ts'
import type { Stage } from './stage.ts'

/** What load-child.ts prints. */
export interface Loaded {
  readonly loaded: readonly string[]
  /** Bytes read of the bundle file while loading: after verifying, which reads all of it. */
  readonly read: number
}

/** The image that is missing in every round. */
const missing = 'operator'

/** Words that verify a bundle and load it into a containerd, with the code that is measured. */
export function loadWords(stage: Stage, address: string): Words {
  const child = join(import.meta.dirname, 'load-child.ts')
  return [process.execPath, child, join(stage.bin, '..'), stage.bundle('full'), address]
}

/** Takes the image away, waits until its content is gone, and loads the bundle again. */
export async function loadMissing(
  stage: Stage,
  address: string,
): Promise<Measured & { read: { bytes: number; wanted: number } }> {
  const name = `${registryName}/bench/${missing}:1`
  await execa('ctr', ['--address', address, '--namespace', 'k8s.io', 'images', 'rm', '--sync', name])
  const took = await stage.measure([loadWords(stage, address)])
  const { loaded, read } = JSON.parse(took.stdout) as Loaded
  if (loaded.join() !== name) throw new Error(`loaded ${loaded.join() || 'nothing'} instead of ${name}`)
  const { manifest, blobs } = stage.images.get(missing) ?? { blobs: [] }
  const wanted = [manifest, ...blobs].reduce((sum, blob) => sum + (blob?.size ?? 0), 0)
  return { ...took, read: { bytes: read, wanted } }
}
