import { type BundleAttachment, type BundleImage, carriedManifests } from '../../../bundle/layout/index.ts'
import type { LockedImage } from '../../../bundle/lock/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import {
  attestedBy,
  type Digest,
  parseIndex,
  parseManifest,
  parseReference,
  type Reference,
} from '../../../kernel/oci/index.ts'
import type { Registry, ServedManifest } from '../../../kernel/ports/index.ts'
import { holdToAttachment } from './as-locked.ts'
import type { Open } from './open.ts'

/**
 * Fetches the manifests of all that the lock has attached to an image, and notes where their blobs are to be had.
 * What the image's own index names goes among the image's manifests; the rest is carried beside it.
 * @throws SealiftError LOCK_DRIFT when one is no longer there or not what the lock says, and those of the registry
 */
export async function gatherAttachments(
  { name, digest: root, platforms, attachments = [] }: LockedImage,
  image: BundleImage,
  registry: Registry,
  openers: Map<Digest, Open>,
  signal: AbortSignal,
): Promise<{ readonly image: BundleImage; readonly attachments: BundleAttachment[] }> {
  const { registry: host, repository } = parseReference(name) as Reference
  const place: Reference = { registry: host, repository }
  const named = namedBy(image)
  const own: Uint8Array[] = []
  const beside: BundleAttachment[] = []
  const parts = new Set([root, ...Object.values(platforms).map(({ manifest }) => manifest)])
  for (const attachment of attachments) {
    const { kind, subject, manifest: digest } = attachment
    const { bytes, descriptor } = await registry
      .manifest({ ...place, digest }, signal)
      .catch(error => gone(error, kind, name))
    const manifest = parseManifest(bytes, `${kind} of ${name}`)
    holdToAttachment(name, attachment, parts, manifest, bytes.length)
    const { config, layers } = manifest
    for (const blob of [config, ...layers])
      openers.set(blob.digest, options => registry.blob(place, blob, options))
    if (named.has(`${subject} ${digest}`)) own.push(bytes)
    else beside.push({ subject, mediaType: descriptor.mediaType, manifest: bytes })
  }
  return { image: { ...image, manifests: [...image.manifests, ...own] }, attachments: beside }
}

/** What an image's own indexes say is an attestation of which of its manifests. */
function namedBy(image: BundleImage): ReadonlySet<string> {
  const listed = carriedManifests(image).indexes.flatMap(index => parseIndex(index, image.name).manifests)
  return new Set(listed.map(entry => `${attestedBy(entry)} ${entry.digest}`))
}

function gone(error: unknown, kind: string, name: string): ServedManifest {
  if (!(error instanceof SealiftError) || error.code !== 'IMAGE_NOT_FOUND') throw error
  throw new SealiftError('LOCK_DRIFT', `a locked ${kind} of ${name} is no longer there: ${error.message}`, {
    hints: ['Lock again, and review the difference. Signing an image again may replace what was there.'],
    cause: error,
  })
}
