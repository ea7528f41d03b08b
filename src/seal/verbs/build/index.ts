import * as z from 'zod'
import { bundleFile } from '../../../bundle/layout/index.ts'
import type { BundleLock } from '../../../bundle/lock/index.ts'
import {
  type AskPassphrase,
  openSigningKey,
  signed,
  tellOlderSignature,
  writeSignature,
} from '../../../bundle/opening/index.ts'
import { readFacts, type SiteFacts } from '../../../kernel/facts/index.ts'
import { digestShape } from '../../../kernel/oci/index.ts'
import type { Carrying, ConnectedHost, Talk } from '../../../kernel/ports/index.ts'
import { carried, findExecutables } from '../../carrier/index.ts'
import { makeLock } from '../../locking/index.ts'
import { carryBuilt } from './carry-built.ts'
import { diskPlan } from './disk-plan.ts'
import { type LeftOut, make } from './make.ts'
import { budgetFile, readLocked } from './own-files.ts'
import { readOlder } from './since.ts'
import { imagesThere } from './there.ts'
import { findUnchanged } from './unchanged.ts'

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
  /** Cuts the bundle into volumes of this many bytes. */
  readonly volumeSize?: number | undefined
  /** Makes a delta: an older lock, spec folder or bundle, whose images' layers are left out. */
  readonly since?: string | undefined
  /** The path of a site's facts: the layers of images that all of its nodes have are left out. */
  readonly facts?: string | undefined
  /** Resolves anew first, and builds nothing unless all is as it was locked. */
  readonly locked?: boolean
  /** This host's platform, `linux/amd64`: which of the spec's helms can render here, to resolve anew. */
  readonly platform: string
  /** Signs what was built: the path of the private key, and who is asked for its passphrase. */
  readonly sign?: { readonly key: string; readonly ask: AskPassphrase } | undefined
  /** Puts what was built and signed into a folder that travels, with these executables; needs `sign`. */
  readonly carrier?: { readonly executables: readonly string[]; readonly carrying: Carrying } | undefined
}

/** What was built. Sizes in bytes. */
export const buildResult = z.strictObject({
  path: z.string(),
  /** The bundle's identity: the digest of its index.json. */
  digest: digestShape,
  size: z.number(),
  /** Files it lies in: 1, or so many volumes named `.001` on. */
  volumes: z.number(),
  images: z.number(),
  charts: z.number(),
  /** Blob bytes that were moved: none for what an interrupted run left. */
  fetched: z.number(),
  /** Whether the very bundle lay there already: it was read whole, and nothing was written. */
  unchanged: z.boolean(),
  /** What it takes here and on nodes; not told of one that lay there. */
  disk: diskPlan.exactOptional(),
  /** What a delta leaves out. */
  absent: z.strictObject({ layers: z.number(), bytes: z.number(), since: z.string() }).exactOptional(),
  seconds: z.number(),
  /** The signature beside it, when a key was given. */
  signature: signed.exactOptional(),
  /** The folder that travels, when one was wanted. */
  carrier: carried.exactOptional(),
})
export type BuildResult = z.infer<typeof buildResult>

/**
 * Builds the bundle that a lock describes: one file, each byte written once.
 * @throws SealiftError KEY_INVALID, LOCK_INVALID, LOCK_DRIFT, REGISTRY_*, CONTENT_MISMATCH, DISK_FULL, INTERRUPTED,
 * what reading an older bundle throws, and with `locked` as {@link makeLock}; nothing is left under the bundle's name
 * then, and the next run goes on from what is beside it
 */
export async function build(request: BuildRequest, host: ConnectedHost, talk: Talk): Promise<BuildResult> {
  const { files, clock } = host
  const { specDir, epoch, volumeSize, locked, platform, sign } = request
  // First of all: a key that cannot be used is told of now, not when all is built.
  const key = sign && (await openSigningKey(sign.key, files, sign.ask))
  const facts = request.facts === undefined ? undefined : await readFacts(request.facts, files)
  if (locked)
    await makeLock({ specDir, platform, budget: 'warn', locked, ...(facts && { facts }) }, host, talk)
  const started = clock.now()
  const { spec, lock, own } = await readLocked(specDir, files)
  const older = await leftOut(request, lock, facts, files, talk)
  const path = `${request.output}/${bundleFile(lock, older?.name)}`
  const { carrier } = request
  const executables =
    carrier && (await findExecutables(lock.platforms, carrier.executables, carrier.carrying))
  const wanted = { path, files: [...own, budgetFile(lock)], epoch, volumeSize }
  const unchanged = older ? undefined : await findUnchanged(wanted, files, talk)
  const made = unchanged
    ? { index: unchanged.layout.index, digest: unchanged.digest, size: unchanged.size, fetched: 0 }
    : await make({ path, specDir, spec, lock, own, older }, request, host, talk)
  const signature = key && (await writeSignature(`${path}.sig`, made, key, files))
  if (!key && !unchanged) await tellOlderSignature(path, made.digest, files, talk)
  const { digest, size, fetched } = made
  const travels =
    carrier && executables && sign && key
      ? await carryBuilt({ path, key, keyFile: sign.key, executables }, { files, ...carrier }, talk)
      : undefined
  return {
    ...{ path, digest, size, fetched },
    volumes: volumeSize === undefined ? 1 : Math.ceil(size / volumeSize),
    images: lock.images.length,
    charts: lock.charts.length,
    unchanged: unchanged !== undefined,
    ...('disk' in made ? { disk: made.disk } : {}),
    ...('absent' in made ? { absent: made.absent } : {}),
    seconds: (clock.now() - started) / 1000,
    ...(signature ? { signature } : {}),
    ...(travels ? { carrier: travels } : {}),
  }
}

async function leftOut(
  { since }: BuildRequest,
  lock: BundleLock,
  facts: SiteFacts | undefined,
  files: ConnectedHost['files'],
  { reporter }: Talk,
): Promise<LeftOut | undefined> {
  if (facts !== undefined) {
    const { site, madeAt } = facts
    const { images } = imagesThere(lock, facts, reporter)
    return { images, name: { site }, since: `site ${site} (${madeAt.slice(0, 10)})` }
  }
  if (since === undefined) return undefined
  const { images, metadata } = await readOlder(since, files)
  return { images, name: { metadata }, since: `${metadata.name} ${metadata.version}` }
}
