import * as z from 'zod'
import { type Bundle, type CarriedImage, openBundle } from '../../bundle/layout/index.ts'
import { printable } from '../../kernel/errors/index.ts'
import { type Digest, digestOf, digestShape, hexOf } from '../../kernel/oci/index.ts'
import type { Files, Reporter, Talk } from '../../kernel/ports/index.ts'
import { licenceLabel, type SbomDocument, sbomsOf } from '../sbom/index.ts'

/** An SBOM that a bundle carries. Sizes in bytes. */
const carriedSbom = z.strictObject({
  /** `SPDX 2.3`, `CycloneDX 1.6`. */
  format: z.string(),
  /** Absent where the format is not looked into. */
  packages: z.number().exactOptional(),
  licences: z.array(z.string()).readonly(),
  /** The manifest that it came in. */
  attachment: digestShape,
  size: z.number(),
  /** The file that it was written to, named after the first image that it belongs to. */
  file: z.string().exactOptional(),
})
type CarriedSbom = z.infer<typeof carriedSbom>

/** What a bundle says of one image on one platform. */
const imageSboms = z.strictObject({
  image: z.string(),
  platform: z.string(),
  documents: z.array(carriedSbom),
  licences: z.array(z.string()),
  /** Where the licences are from: the SBOMs, or else the image's label. */
  licencesFrom: z.enum(['sbom', 'label', 'none']),
})
export type ImageSboms = z.infer<typeof imageSboms>

/** What `sealift sbom --json` says. */
export const sbomOutput = z.strictObject({ images: z.array(imageSboms) })
export type SbomOutput = z.infer<typeof sbomOutput>

/**
 * Reads the SBOMs that a bundle's images carry, and writes each as a file below `output` when that is given. One that
 * cannot be used is told of and passed over.
 * @throws SealiftError BUNDLE_MALFORMED, BUNDLE_DAMAGED, FILE_FAILED, DISK_FULL, INTERRUPTED
 */
export async function sbom(
  path: string,
  output: string | undefined,
  files: Files,
  { reporter, signal }: Pick<Talk, 'reporter' | 'signal'>,
): Promise<ImageSboms[]> {
  const source = await files.openBundle(path)
  try {
    const bundle = await openBundle(source)
    const found: ImageSboms[] = []
    const written = new Map<Digest, string>()
    for (const image of bundle.images)
      for (const platform of [...image.platforms.keys()].sort())
        found.push(await ofImage(bundle, image, platform, { output, files, reporter, signal, written }))
    return found
  } finally {
    await source.close()
  }
}

async function ofImage(
  bundle: Bundle,
  image: CarriedImage,
  platform: string,
  to: {
    readonly output: string | undefined
    readonly files: Files
    readonly reporter: Reporter
    readonly signal: AbortSignal
    /** The file of each document that is written already: many images may share one. */
    readonly written: Map<Digest, string>
  },
): Promise<ImageSboms> {
  const documents: CarriedSbom[] = []
  const tell = (sentence: string) =>
    to.reporter.warn(printable(`${image.name} ${platform}: ${sentence}`, 500))
  const write = async (document: SbomDocument, folder: string) => {
    const digest = digestOf(document.bytes)
    const file = to.written.get(digest) ?? `${folder}/${fileName(image.name, platform, digest, document)}`
    if (!to.written.has(digest)) await to.files.write(file, document.bytes)
    to.written.set(digest, file)
    return file
  }
  for await (const { document, attachment } of sbomsOf(bundle, image, platform, tell)) {
    to.signal.throwIfAborted()
    const { format, packages, licences, bytes } = document
    const file = to.output === undefined ? {} : { file: await write(document, to.output) }
    const counted = packages === undefined ? {} : { packages }
    documents.push({ format, ...counted, licences, attachment, size: bytes.length, ...file })
  }
  const stated = [...new Set(documents.flatMap(({ licences }) => licences))].sort()
  const own = { image: image.name, platform, documents }
  if (stated.length > 0) return { ...own, licences: stated, licencesFrom: 'sbom' }
  const label = await licenceLabel(bundle, image, platform)
  return label === undefined
    ? { ...own, licences: [], licencesFrom: 'none' }
    : { ...own, licences: [label], licencesFrom: 'label' }
}

/** A name of plain characters, at most 200 of them; two documents never have the same one. */
function fileName(
  image: string,
  platform: string,
  digest: Digest,
  { extension }: Pick<SbomDocument, 'extension'>,
): string {
  const plain = `${image}_${platform}`.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_')
  return `${plain.slice(0, 120)}.${hexOf(digest)}.${extension}`
}
