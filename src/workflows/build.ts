import { lockTitle, planBundle, specTitle } from '../bundle/index.ts'
import { SealiftError } from '../errors/index.ts'
import { fillBundle } from '../fetch/index.ts'
import { type BundleLock, parseLock } from '../lock/index.ts'
import { type Digest, digestOf } from '../oci/index.ts'
import type { ConnectedHost, Talk } from '../ports/index.ts'
import { parseSpec } from '../spec/index.ts'
import { gather } from './build-sources.ts'

/** What to build, and where to. */
export interface BuildRequest {
  /** Folder with bundle.yaml and bundle.lock.yaml. */
  readonly specDir: string
  /** Folder that receives the bundle, made when it is not there. */
  readonly output: string
  /** Blobs fetched at once. */
  readonly concurrency: number
  /** SOURCE_DATE_EPOCH, seconds. */
  readonly epoch: number
}

/** What was built. Sizes in bytes. */
export interface BuildResult {
  readonly path: string
  /** The bundle's identity: the digest of its index.json. */
  readonly digest: Digest
  readonly size: number
  readonly images: number
  readonly charts: number
  readonly fetched: number
  readonly seconds: number
}

/**
 * Builds the bundle that a lock describes: one file, each byte written once.
 * @throws SealiftError LOCK_INVALID, LOCK_DRIFT, REGISTRY_*, CONTENT_MISMATCH, DISK_FULL, INTERRUPTED; nothing
 * is left under the bundle's name then
 */
export async function build(request: BuildRequest, host: ConnectedHost, talk: Talk): Promise<BuildResult> {
  const { files, clock } = host
  const started = clock.now()
  const { spec, lock, own } = await readLocked(request.specDir, files)

  const gathering = talk.reporter.step('Gather manifests and charts')
  const { contents, open } = await gather(
    { spec, lock, own, specDir: request.specDir, signal: talk.signal },
    host,
  ).catch((error: unknown) => {
    gathering.fail()
    throw error
  })
  gathering.done(`${lock.images.length} images, ${lock.charts.length} charts`)

  const plan = planBundle(contents, request.epoch)
  const path = `${request.output}/${lock.metadata.name}-${lock.metadata.version}.tar`
  const sink = await files.createBundle(path)
  const step = talk.reporter.step(`Fill ${path}`)
  try {
    const { concurrency } = request
    await fillBundle({
      plan,
      sink,
      open,
      clock,
      concurrency,
      signal: talk.signal,
      onProgress: talk.progressOn(step),
    })
    await sink.commit()
    step.done()
  } catch (error) {
    step.fail()
    throw error
  } finally {
    await sink.discard()
  }
  return {
    path,
    digest: plan.indexDigest,
    size: plan.size,
    images: lock.images.length,
    charts: lock.charts.length,
    fetched: plan.wanted.reduce((sum, { size }) => sum + size, 0),
    seconds: (clock.now() - started) / 1000,
  }
}

/** A file of the spec's folder that travels in the bundle. */
export interface OwnFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Reads spec and lock, and makes sure that the lock was made from this very spec and these values. */
async function readLocked(specDir: string, files: ConnectedHost['files']) {
  const specFile = `${specDir}/${specTitle}`
  const lockFile = `${specDir}/${lockTitle}`
  const spec = parseSpec(await files.readText(specFile), specFile)
  if (!(await files.exists(lockFile))) {
    throw new SealiftError('LOCK_INVALID', `${lockFile} is not there`, {
      hints: [`run: sealift lock ${specDir}`],
    })
  }
  const lockText = await files.readText(lockFile)
  const lock = parseLock(lockText, lockFile)
  const own: OwnFile[] = []
  for (const { path } of lock.files) own.push({ path, bytes: await files.readBytes(`${specDir}/${path}`) })
  refuseChanges(lock, own, specDir)
  return { spec, lock, own: [...own, { path: lockTitle, bytes: Buffer.from(lockText) }] }
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
