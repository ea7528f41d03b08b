import { type BundleFile, lockTitle, specTitle } from '../../../bundle/layout/index.ts'
import type { BundleLock } from '../../../bundle/lock/index.ts'
import { readLock } from '../../../bundle/opening/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { type BundleSpec, parseSpec } from '../../../kernel/inputs/index.ts'
import { digestOf, mediaTypes } from '../../../kernel/oci/index.ts'
import type { Files } from '../../../kernel/ports/index.ts'
import { fileOf } from '../../resolve/index.ts'

/** A file of the spec's folder that travels in the bundle. */
export interface OwnFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/**
 * Reads spec and lock, and makes sure that the lock was made from this very spec and these values.
 * @throws SealiftError SPEC_INVALID, LOCK_INVALID, LOCK_DRIFT, FILE_FAILED
 */
export async function readLocked(
  specDir: string,
  files: Files,
): Promise<{ readonly spec: BundleSpec; readonly lock: BundleLock; readonly own: readonly OwnFile[] }> {
  const specFile = `${specDir}/${specTitle}`
  const spec = parseSpec(await files.readText(specFile), specFile)
  const { lock, text } = await readLock(specDir, files)
  const own: OwnFile[] = []
  for (const { path } of lock.files) {
    const place = path === specTitle ? specFile : await fileOf(path, specDir, files)
    own.push({ path, bytes: await files.readBytes(place) })
  }
  refuseChanges(lock, own, specDir)
  return { spec, lock, own: [...own, { path: lockTitle, bytes: Buffer.from(text) }] }
}

function refuseChanges(lock: BundleLock, own: readonly OwnFile[], specDir: string): void {
  const digests = new Map(own.map(({ path, bytes }) => [path, digestOf(bytes)]))
  const changed = lock.files.filter(({ path, digest }) => digests.get(path) !== digest)
  if (changed.length === 0) return
  throw new SealiftError('LOCK_DRIFT', `${specDir} has changed since it was locked`, {
    faults: changed.map(({ path, digest }) => `${path} was ${digest}, is ${digests.get(path)}`),
    hints: [`run: sealift lock ${specDir}, and review the difference`],
  })
}

const ownTypes: Record<string, string> = {
  [specTitle]: mediaTypes.bundleSpec,
  [lockTitle]: mediaTypes.bundleLock,
  'budget.json': mediaTypes.bundleBudget,
}

/** The same as it lies in a bundle. */
export function ownFile({ path, bytes }: OwnFile): BundleFile {
  return { title: path, mediaType: ownTypes[path] ?? mediaTypes.bundleFile, bytes }
}

/** The budget as auditors' tools read it. */
export function budgetFile({ budget }: BundleLock): OwnFile {
  return { path: 'budget.json', bytes: Buffer.from(`${JSON.stringify(budget, null, 2)}\n`) }
}
