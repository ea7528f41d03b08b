import { printable, SealiftError } from '../../kernel/errors/index.ts'
import {
  annotations,
  attachmentTypes,
  type Descriptor,
  digestOf,
  type Manifest,
  mediaTypes,
  parseManifest,
  parseReference,
  printReference,
} from '../../kernel/oci/index.ts'
import type { BundleAttachment, BundleChart, BundleFile, BundleImage } from './contents.ts'
import { formatAnnotation, formatVersion } from './layout.ts'

/** The config of an artifact that has none (image-spec v1.1, manifest.md). */
export const emptyConfig = Buffer.from('{}')

/**
 * Whether nodes can use an image name as it stands: in full, and with a tag. K3s refuses to import an image
 * that has only a digest for a name.
 */
export function isFullName(name: string): boolean {
  const reference = parseReference(name)
  return reference?.tag !== undefined && printReference(reference) === name
}

/**
 * An image's entry in index.json, with both names that importers read.
 * @throws SealiftError SPEC_INVALID for a name that a node could not use
 */
export function imageEntry({ name, root }: BundleImage): Descriptor {
  if (!isFullName(name)) {
    throw new SealiftError('SPEC_INVALID', `${printable(name)} is no full image name with a tag`, {
      hints: ['write it as registry/repository:tag; a digest may follow the tag'],
    })
  }
  return namedEntry(name, root)
}

/** An entry under a name, in both annotations that importers read. */
export function namedEntry(name: string, { mediaType, digest, size, platform }: Descriptor): Descriptor {
  const names = { [annotations.containerdName]: name, [annotations.refName]: name }
  return { mediaType, digest, size, ...(platform ? { platform } : {}), annotations: names }
}

/** A chart's entry in index.json: no name annotation, since containerd takes anything named for an image. */
export function chartEntry({ name, version, manifest }: BundleChart): Descriptor {
  return {
    ...manifestOf(manifest),
    artifactType: mediaTypes.helmConfig,
    annotations: { [annotations.chartName]: name, [annotations.chartVersion]: version },
  }
}

/** An attachment's entry in index.json: no name, for the same reason. */
export function attachmentEntry({ subject, mediaType, manifest }: BundleAttachment): Descriptor {
  const { kind } = attachmentTypes(parseManifest(manifest, `what is attached to ${subject}`))
  return {
    ...manifestOf(manifest),
    mediaType,
    annotations: { [annotations.attachmentSubject]: subject, [annotations.attachmentKind]: kind },
  }
}

/** The Sealift artifact's entry in index.json. */
export function artifactEntry(manifest: Uint8Array): Descriptor {
  return {
    ...manifestOf(manifest),
    artifactType: mediaTypes.bundleArtifact,
    annotations: { [formatAnnotation]: formatVersion },
  }
}

/** The Sealift artifact's manifest: every file a layer, by title. */
export function artifactManifest(files: readonly BundleFile[]): Manifest & { mediaType: string } {
  const sorted = [...files].sort((a, b) => (a.title < b.title ? -1 : 1))
  return {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType: mediaTypes.bundleArtifact,
    config: { mediaType: mediaTypes.ociEmpty, digest: digestOf(emptyConfig), size: emptyConfig.length },
    layers: sorted.map(file => ({
      mediaType: file.mediaType,
      ...('bytes' in file
        ? { digest: digestOf(file.bytes), size: file.bytes.length }
        : { digest: file.content.digest, size: file.content.size }),
      annotations: { ...file.annotations, [annotations.title]: file.title },
    })),
  }
}

function manifestOf(bytes: Uint8Array): Descriptor {
  return { mediaType: mediaTypes.ociManifest, digest: digestOf(bytes), size: bytes.length }
}
