import { printable, SealiftError } from '../../kernel/errors/index.ts'
import {
  type Digest,
  digestOf,
  isDigest,
  isIndexType,
  isManifestType,
  mediaTypes,
  printReference,
  type Reference,
} from '../../kernel/oci/index.ts'
import type { ServedManifest } from '../../kernel/ports/index.ts'
import { header, readBody } from './answer.ts'
import type { Answer, Asking } from './asking.ts'
import type { Authorize } from './authorize.ts'
import { ask, type Place } from './download.ts'
import { firstOf, type RetryContext, retry } from './retry.ts'

/** The distribution-spec's advice to registries, which none of the large ones goes beyond. */
const largest = 4 * 1024 * 1024

const { ociIndex, ociManifest, dockerIndex, dockerManifest } = mediaTypes
/** The kinds of manifest that are asked for, as an Accept header has them. */
export const manifestTypes = [ociIndex, ociManifest, dockerIndex, dockerManifest].join(', ')
const schema1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+/

/** GET /v2/NAME/manifests/REFERENCE (distribution-spec v1.1, "Pulling manifests"), from the first place that has it: which one it was is told. */
export async function fetchManifest(
  authorize: Authorize,
  context: RetryContext,
  places: readonly Place[],
  reference: Reference,
  signal?: AbortSignal,
): Promise<ServedManifest & { readonly place: Place }> {
  const subject = printReference(reference)
  return firstOf(places, place => {
    const { url, access } = place
    const asking = { subject, url, headers: { accept: manifestTypes }, signal } satisfies Asking
    const attempt = async () => {
      const answer = await ask(authorize, context.clock, asking, access, 'IMAGE_NOT_FOUND')
      const bytes = await readBody(asking, answer, largest)
      if (bytes) return { ...served(subject, reference.digest, answer, bytes), place }
      throw new SealiftError(
        'REGISTRY_FAILED',
        `${subject}: the manifest at ${url.origin} is larger than 4 MiB`,
      )
    }
    return retry(context, attempt, signal)
  })
}

/** Checks the bytes against the digest that was asked for, or that the registry itself gives for a tag. */
function served(
  subject: string,
  asked: Digest | undefined,
  answer: Answer,
  bytes: Uint8Array,
): ServedManifest {
  const digest = digestOf(bytes)
  const announced = header(answer, 'docker-content-digest')
  // A digest of another kind than sha256 says nothing that we could compare.
  const wanted = asked ?? (isDigest(announced) ? announced : digest)
  if (digest !== wanted) {
    const message = `${subject}: ${answer.url.origin} served other content than ${asked ? 'asked for' : 'it announced'}`
    throw new SealiftError('CONTENT_MISMATCH', `${message}: ${digest} instead of ${wanted}`, {
      hints: [
        'A proxy or mirror on the way may have changed it: ask the registry itself, or clear the cache',
      ],
    })
  }
  return { descriptor: { mediaType: mediaTypeOf(subject, answer, bytes), digest, size: bytes.length }, bytes }
}

/**
 * The manifest's own word on its media type goes first: the digest covers it, and so every mirror gives the same.
 * Only where it says nothing does Content-Type count.
 */
function mediaTypeOf(subject: string, answer: Answer, bytes: Uint8Array): string {
  const type = (header(answer, 'content-type') ?? '').split(';')[0]?.trim() ?? ''
  const body = parseObject(bytes)
  if (schema1.test(type) || body?.['schemaVersion'] === 1) {
    throw new SealiftError(
      'REGISTRY_FAILED',
      `${subject}: ${answer.url.origin} has it only in Docker's schema 1`,
      {
        hints: ['No current runtime reads that format: push the image again with a current tool'],
      },
    )
  }
  const own = body?.['mediaType']
  for (const known of [own, type]) {
    if (body && typeof known === 'string' && (isIndexType(known) || isManifestType(known))) return known
  }
  const shown = printable(typeof own === 'string' ? own : type || 'no type')
  throw new SealiftError(
    'REGISTRY_FAILED',
    `${subject}: ${answer.url.origin} answered no manifest but ${shown}`,
    {
      hints: ['Does a proxy or login page answer instead of the registry?'],
    },
  )
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
