import { SealiftError } from '../../kernel/errors/index.ts'
import { type BundleSource, Secret, type SiteHost } from '../../kernel/ports/index.ts'
import { type Bytes, decryptedBy, type Escrow, parseEscrow } from '../wire/index.ts'
import { type Description, entries, parseDescription } from './format.ts'
import { dumpIn } from './read.ts'

/** An archive that was read whole and is what Sealift has written. */
export interface Opened {
  readonly path: string
  readonly about: Description
  readonly escrow: Escrow
  /** The dump again, from the same file, which is checked once more on the way. */
  dump(): Bytes
}

/**
 * Opens an archive, reads it to its end, and only then gives it to `work`: nothing is done with one that is cut or changed
 * anywhere. `read` is told of bytes as they are read.
 * @throws SealiftError BACKUP_INVALID, KEY_INVALID where no identity opens it, FILE_FAILED, and what `work` throws
 */
export async function withArchive<T>(
  { path, identities }: { readonly path: string; readonly identities: readonly Secret[] },
  { files }: Pick<SiteHost, 'files'>,
  read: (bytes: number, of: number) => void,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const source = await files.openBundle(path)
  try {
    const found = new Map<string, Uint8Array>()
    const plain = await decryptedBy(identities, bytesOf(source, read), path)
    const entry = (name: string, bytes: Uint8Array) => {
      if (name === entries.description || name === entries.keys) found.set(name, bytes)
    }
    for await (const _ of dumpIn(plain, path, { entry }));
    const about = parseDescription(found.get(entries.description) ?? new Uint8Array(), path)
    const escrow = parseEscrow(
      new Secret(Buffer.from(found.get(entries.keys) ?? '').toString()),
      `${entries.keys} in ${path}`,
    )
    if (escrow.site !== about.site || escrow.fingerprint !== about.fingerprint)
      throw new SealiftError('BACKUP_INVALID', `${path} has the keys of another site in it`)
    const again = async function* (): Bytes {
      yield* dumpIn(await decryptedBy(identities, bytesOf(source), path), path)
    }
    return await work({ path, about, escrow, dump: again })
  } finally {
    await source.close()
  }
}

const step = 64 * 1024

async function* bytesOf(source: BundleSource, read: (bytes: number, of: number) => void = () => {}): Bytes {
  for (let at = 0; at < source.size; at += step) {
    yield await source.read(at, Math.min(step, source.size - at)).catch((error: unknown) => {
      const cut = error instanceof SealiftError && error.code === 'BUNDLE_DAMAGED'
      throw cut ? new SealiftError('BACKUP_INVALID', `${source.path} was cut off while it was read`) : error
    })
    read(Math.min(source.size, at + step), source.size)
  }
}
