import { basename, dirname, join } from 'node:path'
import { SealiftError } from '../../kernel/errors/index.ts'
import { type Digest, hexOf, isDigest } from '../../kernel/oci/index.ts'

/** The name of a bundle's volume; `number` counts from 0, names from `.001`. */
export function volumePath(path: string, number: number): string {
  return `${path}.${String(number + 1).padStart(3, '0')}`
}

/** The list of a bundle's volumes with their digests, which `sha256sum -c` reads too. */
export function sumsPath(path: string): string {
  return `${path}.sha256`
}

/** The bundle's own path, when one volume's or the list's is given. */
export function bundlePath(path: string): string {
  return path.replace(/\.(\d{3,}|sha256)$/, '')
}

/** The parts of equal volumes that a range of a bundle lies in. Offsets and lengths in bytes. */
export function* spans(
  offset: number,
  length: number,
  volumeSize: number,
): Generator<{
  readonly volume: number
  readonly at: number
  readonly from: number
  readonly length: number
}> {
  for (let done = 0; done < length; ) {
    const volume = Math.floor((offset + done) / volumeSize)
    const at = volume === 0 ? offset + done : (offset + done) % volumeSize
    const part = Math.min(length - done, volumeSize - at)
    yield { volume, at, from: done, length: part }
    done += part
  }
}

/** The text of a list of volumes: GNU coreutils' format of `sha256sum`. */
export function printSums(path: string, digests: readonly Digest[]): string {
  const name = basename(path)
  return digests.map((digest, i) => `${hexOf(digest)}  ${volumePath(name, i)}\n`).join('')
}

/**
 * Reads a list of volumes; each line must name the volume whose turn it is.
 * @throws SealiftError BUNDLE_MALFORMED
 */
export function parseSums(text: string, path: string): Digest[] {
  const name = basename(path)
  return text
    .trimEnd()
    .split('\n')
    .map((line, i) => {
      const digest = `sha256:${line.slice(0, 64)}`
      if (isDigest(digest) && line.slice(64) === `  ${volumePath(name, i)}`) return digest
      throw new SealiftError(
        'BUNDLE_MALFORMED',
        `${sumsPath(path)} is no list of volumes: line ${i + 1} does not name ${volumePath(name, i)}`,
        { hints: [`carry it over again, or remove it: without it volumes are read without their digests`] },
      )
    })
}

/** Whether a file in the bundle's folder is a partial file of it, or of one of its volumes. */
export function isPartial(path: string, name: string): boolean {
  const rest = name.startsWith(basename(path)) ? name.slice(basename(path).length) : ''
  return /^(\.\d{3,})?\.partial$/.test(rest)
}

/** A file beside the bundle. */
export function beside(path: string, name: string): string {
  return join(dirname(path), name)
}
