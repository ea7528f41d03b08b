import { readFileSync } from 'node:fs'
import type { Files } from '../../src/kernel/ports/index.ts'
import { memoryFiles } from './memory-files.ts'

const names = ['cluster-secret-store', 'probe-external-secret', 'system-namespace']

/** Files in memory with the objects that ship with Sealift, in folder `manifests`. */
export async function manifestFiles(): Promise<Files> {
  const files = memoryFiles()
  for (const name of names)
    await files.write(
      `manifests/${name}.yaml`,
      readFileSync(new URL(`../../manifests/${name}.yaml`, import.meta.url)),
    )
  return files
}
