import { SealiftError } from '../../kernel/errors/index.ts'
import type { Reference } from '../../kernel/oci/index.ts'
import type { Content, Registry } from '../../kernel/ports/index.ts'
import { readBlob } from './read.ts'

/** A chart or a tool as an OCI registry had it before: its artifact's manifest, and the package that this holds. */
export interface KnownArtifact {
  readonly manifest: Content
  readonly package: Content
}

/**
 * The package of an artifact whose tag still names a manifest that is known: the manifest is not read, for its digest
 * fixes which package it holds. Nothing where the tag names another one, the registry does not say, or there is no
 * such package: people can edit what is known, and it is no reason not to read the artifact anew.
 * @throws SealiftError those of {@link Registry.blob} and {@link Registry.digest}
 */
export async function packageAsKnown(
  reference: Reference,
  known: readonly KnownArtifact[],
  limit: number,
  registry: Registry,
  signal?: AbortSignal,
): Promise<{ readonly packed: Uint8Array; readonly manifest: Content } | undefined> {
  if (known.length === 0) return undefined
  const now = await registry.digest(reference, { signal })
  const same = known.find(({ manifest }) => manifest.digest === now)
  if (same === undefined) return undefined
  const layer = { mediaType: 'application/octet-stream', ...same.package }
  const packed = await readBlob(registry, reference, layer, limit, signal).catch(unlikeKnown)
  return packed && { packed, manifest: same.manifest }
}

function unlikeKnown(error: unknown): undefined {
  const edited = ['IMAGE_NOT_FOUND', 'CONTENT_MISMATCH', 'FILE_FAILED']
  if (!(error instanceof SealiftError) || !edited.includes(error.code)) throw error
}
