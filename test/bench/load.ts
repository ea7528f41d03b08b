/** Loading on a node that has all but one image: a real containerd, and a bundle file whose reads are counted. */
import { join } from 'node:path'
import { build } from 'esbuild'
import { execa } from 'execa'
import { compiling } from '../../scripts/compiling/index.ts'
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

/** Compiles load-child.ts into the stage's folder: as it stands, Node's TypeScript compiler is in its memory as well. */
export async function compileChild(stage: Stage): Promise<void> {
  await build({
    entryPoints: [
      join(import.meta.dirname, 'load-child.ts'),
      join(import.meta.dirname, '../../src/adapters/files/hashing-worker.ts'),
    ],
    entryNames: '[name]',
    outdir: join(stage.dir, 'load'),
    outExtension: { '.js': '.mjs' },
    ...compiling,
    splitting: false,
  })
}

/** Words that verify a bundle and load it into a containerd. */
export function loadWords(stage: Stage, address: string): Words {
  return [process.execPath, join(stage.dir, 'load', 'load-child.mjs'), stage.bundle('full'), address]
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
