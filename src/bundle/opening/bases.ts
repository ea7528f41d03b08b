import { SealiftError } from '../../kernel/errors/index.ts'
import type { Files } from '../../kernel/ports/index.ts'
import { type Bundle, openBundle, signaturePath } from '../layout/index.ts'

/** An open bundle with its path. */
export interface NamedBundle {
  readonly name: string
  /** The bundle's own path, where the name is that of a volume. */
  readonly path: string
  readonly bundle: Bundle
  /** Where its signature lies, if there is one. */
  readonly signature: string
}

/**
 * Opens bundles, gives them to `work` and closes them. @throws SealiftError what opening throws, with the path
 * before it, since there are several
 */
export async function withBundles<T>(
  paths: readonly string[],
  files: Files,
  work: (bundles: readonly NamedBundle[]) => Promise<T>,
): Promise<T> {
  const closing: (() => Promise<void>)[] = []
  try {
    const bundles: NamedBundle[] = []
    for (const name of paths) {
      const source = await files.openBundle(name)
      closing.push(() => source.close())
      const bundle = await openBundle(source).catch(named(name))
      bundles.push({ name, path: source.path, bundle, signature: signaturePath(source) })
    }
    return await work(bundles)
  } finally {
    for (const close of closing) await close()
  }
}

function named(path: string) {
  return (error: unknown): never => {
    throw error instanceof SealiftError ? error.with({ prefix: `${path}: ` }) : error
  }
}
