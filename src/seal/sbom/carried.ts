import type { Bundle, CarriedAttachment, CarriedImage } from '../../bundle/layout/index.ts'
import { messageOf, SealiftError } from '../../kernel/errors/index.ts'
import {
  annotations,
  type Descriptor,
  type Digest,
  isSbomMedia,
  isStatementMedia,
  parseJson,
} from '../../kernel/oci/index.ts'
import { readSbom, type SbomDocument, sbomBytes } from './document.ts'

const configBytes = 4 * 1024 * 1024
const longestLabel = 300

/** An SBOM, and the attachment that it came in. */
export interface Carried {
  readonly document: SbomDocument
  readonly attachment: Digest
}

/**
 * The SBOMs that a bundle carries of an image on a platform, one after the other: those of its manifest, and those
 * of the index above it. `onUnusable` is told of each that cannot be used, and why.
 * @throws SealiftError BUNDLE_DAMAGED
 */
export async function* sbomsOf(
  bundle: Bundle,
  { descriptor: root, platforms }: CarriedImage,
  platform: string,
  onUnusable: (sentence: string) => void,
): AsyncGenerator<Carried> {
  const subjects = [root.digest, platforms.get(platform)?.descriptor.digest]
  for (const attachment of bundle.attachments) {
    if (!subjects.includes(attachment.subject)) continue
    // A manifest may name one document a thousand times.
    for (const layer of new Map(attachment.layers.map(one => [one.digest, one])).values()) {
      const mediaType = documentType(attachment, layer)
      if (mediaType === undefined) continue
      try {
        const document = readSbom(await bundle.read(layer.digest, sbomBytes), mediaType)
        if (document === undefined) continue
        if (document.about?.length && !document.about.some(digest => subjects.includes(digest)))
          throw new Error('it is about another image')
        yield { document, attachment: attachment.descriptor.digest }
      } catch (error) {
        if (error instanceof SealiftError && error.code === 'BUNDLE_DAMAGED') throw error
        onUnusable(`${layer.digest} is no SBOM that can be used: ${messageOf(error)}`)
      }
    }
  }
}

/** The media type to read a layer as. Tools that name a type for the whole artifact leave the layers' own out. */
function documentType(
  { kind, artifactType }: CarriedAttachment,
  { mediaType }: Descriptor,
): string | undefined {
  if (isStatementMedia(mediaType) || isSbomMedia(mediaType)) return mediaType
  return kind === 'sbom' ? artifactType : undefined
}

/** The licences that an image's own label names (image-spec, annotations.md); `undefined` without one. */
export async function licenceLabel(
  bundle: Bundle,
  { platforms }: CarriedImage,
  platform: string,
): Promise<string | undefined> {
  const config = platforms.get(platform)?.config
  if (config === undefined) return undefined
  const label = labelIn(await bundle.read(config.digest, configBytes))
  return typeof label === 'string' && label !== '' ? label.slice(0, longestLabel) : undefined
}

function labelIn(config: Uint8Array): unknown {
  try {
    const value = parseJson(config, configBytes) as { config?: { Labels?: Record<string, unknown> } } | null
    return value?.config?.Labels?.[annotations.licenses]
  } catch {
    // An image that will not run says nothing of its licences either.
    return undefined
  }
}
