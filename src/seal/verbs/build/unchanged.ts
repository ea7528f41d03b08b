import { type Bundle, openBundle, planWhole } from '../../../bundle/layout/index.ts'
import { verifySource } from '../../../bundle/opening/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { digestOf } from '../../../kernel/oci/index.ts'
import type { BundleSource, Files, Talk } from '../../../kernel/ports/index.ts'
import type { OwnFile } from './own-files.ts'

/** What a bundle that lies there must be, so that building it again would change nothing. */
export interface Wanted {
  readonly path: string
  /** Every file of the Sealift artifact but the tools, which the lock names by digest. */
  readonly files: readonly OwnFile[]
  readonly epoch: number
  readonly volumeSize: number | undefined
}

/** A bundle that is as it would be built again. */
export type Unchanged = Pick<Bundle, 'digest' | 'size' | 'layout'>

/**
 * Looks whether the very bundle lies there already, and reads it whole if so. Asks no registry. Gives `undefined`
 * for anything else, a damaged bundle included: it is built anew. @throws SealiftError INTERRUPTED
 */
export async function findUnchanged(
  wanted: Wanted,
  files: Files,
  talk: Talk,
): Promise<Unchanged | undefined> {
  let source: BundleSource | undefined
  try {
    source = await files.openBundle(wanted.path)
    const bundle = await openBundle(source)
    if (!isWanted(bundle, source, wanted) || !(await liesInPlace(bundle, source))) return undefined
    const { faults } = await verifySource(source, { path: wanted.path }, files, talk)
    return faults.length === 0 ? bundle : undefined
  } catch (error) {
    if (talk.signal.aborted || !(error instanceof SealiftError)) throw error
    return undefined
  } finally {
    await source?.close()
  }
}

function isWanted(bundle: Bundle, { size, volumes }: BundleSource, wanted: Wanted): boolean {
  const digests = new Map(bundle.files.map(({ title, descriptor }) => [title, descriptor.digest]))
  const cut = wanted.volumeSize === undefined ? undefined : Math.min(wanted.volumeSize, size)
  return (
    bundle.absent.length === 0 &&
    bundle.layout.mtime === wanted.epoch &&
    volumes?.[0]?.size === cut &&
    (volumes ?? []).every(({ digest }) => digest !== undefined) &&
    bundle.files.length === wanted.files.length + bundle.tools.length &&
    wanted.files.every(({ path, bytes }) => digests.get(path) === digestOf(bytes))
  )
}

/** Whether every header and blob stands where a build would put it: other programs write sound tars too. */
async function liesInPlace(bundle: Bundle, source: BundleSource): Promise<boolean> {
  const { size, pieces } = planWhole(bundle)
  if (size !== source.size) return false
  for (const { offset, bytes } of pieces)
    if (!Buffer.from(bytes).equals(await source.read(offset, bytes.length))) return false
  return true
}
