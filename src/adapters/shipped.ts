import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { getAsset, isSea } from 'node:sea'

/**
 * The text of a file that ships with Sealift, by its path in the package (`manifests/system-namespace.yaml`): out of the
 * program where it is one executable, else beside it.
 */
export async function shipped(path: string): Promise<string> {
  if (isSea()) return getAsset(path, 'utf8')
  return await readFile(join(packageFolder(), path), 'utf8')
}

/** The folder of the package; not to be asked for by one executable, which has none. */
export function packageFolder(): string {
  return dirname(createRequire(import.meta.filename).resolve('sealift/package.json'))
}
