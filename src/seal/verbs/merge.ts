import { resolve } from 'node:path'
import * as z from 'zod'
import { baseMissing, bundleFile, findLayers, planWhole } from '../../bundle/layout/index.ts'
import {
  type NamedBundle,
  signatureLimit,
  tellOlderSignature,
  withBundles,
} from '../../bundle/opening/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { type Digest, digestShape } from '../../kernel/oci/index.ts'
import type { ConnectedHost, Talk } from '../../kernel/ports/index.ts'
import { type FillOptions, fillFile } from '../fetch/index.ts'

/** What to merge, and where to. */
export interface MergeRequest {
  /** Path of the delta. */
  readonly delta: string
  /** Paths of older bundles that have what it leaves out: full ones, or deltas. */
  readonly bases: readonly string[]
  /** Folder that receives the full bundle, made when it is not there. */
  readonly output: string
  /** Cuts the bundle into volumes of this many bytes. */
  readonly volumeSize?: number | undefined
}

/** What was made. Sizes in bytes. */
export const mergeResult = z.strictObject({
  path: z.string(),
  /** The bundle's identity, the same as the delta's. */
  digest: digestShape,
  size: z.number(),
  /** Files it lies in. */
  volumes: z.number(),
  /** Layers and bytes that came from the bases. */
  layers: z.number(),
  merged: z.number(),
  /** Whether a signature was there and was copied: it is over the same identity. */
  signed: z.boolean(),
  seconds: z.number(),
})
type MergeResult = z.infer<typeof mergeResult>

// Files on this machine: one is read while another is hashed.
const concurrency = 2

/**
 * Makes the full bundle from a delta and what it builds on: the same bytes as a full build, each hashed on its way.
 * @throws SealiftError BASE_MISSING, BUNDLE_MALFORMED, BUNDLE_DAMAGED, DISK_FULL, FILE_FAILED, INTERRUPTED; nothing
 * is left under the bundle's name then, and the next run goes on from what is beside it
 */
export async function merge(
  request: MergeRequest,
  host: Pick<ConnectedHost, 'files' | 'clock'>,
  talk: Talk,
): Promise<MergeResult> {
  const { files, clock } = host
  const started = clock.now()
  return withBundles([request.delta, ...request.bases], files, async ([delta, ...bases]) => {
    if (delta === undefined) throw new Error('the delta is among the bundles that were opened')
    const { bundle } = delta
    if (bundle.absent.length === 0) {
      throw new SealiftError('USAGE', `${request.delta} is a full bundle: there is nothing to merge`)
    }
    const { found, missing } = findLayers(bundle.absent, bases)
    if (missing.length > 0) {
      throw baseMissing(missing, 'in the given bases', ['name every older bundle that it builds on'])
    }
    const places = new Map(found.map(({ layer, base }) => [layer.digest, base]))
    const { output, volumeSize } = request
    const plan = { ...planWhole(bundle), ...(volumeSize ? { volumeSize } : {}) }
    const path = `${output}/${bundleFile(bundle.lock)}`
    refuseReplacing(path, bases)
    const open = readOnce(digest => places.get(digest) ?? delta)
    const sink = await host.files.createBundle(path, plan.volumeSize)
    await fillFile({ path, plan, sink, open, concurrency }, host, talk)
    const signed = await copySignature(delta.signature, path, files)
    if (!signed) await tellOlderSignature(path, bundle.digest, files, talk)
    return {
      path,
      digest: bundle.digest,
      size: plan.size,
      volumes: volumeSize === undefined ? 1 : Math.ceil(plan.size / volumeSize),
      layers: found.length,
      merged: found.reduce((sum, { layer }) => sum + layer.size, 0),
      signed,
      seconds: (clock.now() - started) / 1000,
    }
  })
}

/** Makes sure that what is made does not take the place of what it is made of. @throws SealiftError USAGE */
function refuseReplacing(path: string, bases: readonly NamedBundle[]): void {
  const base = bases.find(one => resolve(one.path) === resolve(path))
  if (base === undefined) return
  throw new SealiftError('USAGE', `${base.name} would be replaced by what is made of it`, {
    hints: [
      'a delta builds on a bundle of another version: look at it, sealift inspect; or name another folder with --output',
    ],
  })
}

/** Opens blobs in files. One that is wanted from its start again had a wrong digest, and a file gives the same again. */
function readOnce(holder: (digest: Digest) => NamedBundle): FillOptions['open'] {
  const begun = new Set<Digest>()
  return ({ digest }, { offset }) => {
    const { name, bundle } = holder(digest)
    if (offset === 0 && begun.has(digest)) {
      throw new SealiftError(
        'BUNDLE_DAMAGED',
        `${name} is damaged: blob ${digest} does not match its digest`,
        {
          hints: ['copy it again from where it was built, and run `sealift verify` on it'],
        },
      )
    }
    // One that goes on after an interrupted run may have had a wrong beginning, which is no fault of the file.
    if (offset === 0) begun.add(digest)
    return bundle.bytes(digest, offset)
  }
}

async function copySignature(from: string, to: string, files: ConnectedHost['files']): Promise<boolean> {
  const text = await files.readBeside(from, signatureLimit)
  if (text !== undefined) await files.write(`${to}.sig`, text)
  return text !== undefined
}
