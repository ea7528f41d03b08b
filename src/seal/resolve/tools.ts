import { toolBytes } from '../../bundle/opening/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { ToolSpec } from '../../kernel/inputs/index.ts'
import { digestOf, parseManifest, parseReference } from '../../kernel/oci/index.ts'
import type { Content } from '../../kernel/ports/index.ts'
import type { Sources } from './charts.ts'
import { packageAsKnown } from './known-artifact.ts'
import { fileOf } from './reach.ts'
import { readAll, readBlob } from './read.ts'

/** A tool at hand: the file as released, and where it came from. */
export interface ResolvedTool {
  readonly spec: ToolSpec
  /** The address, `oci://…` or the path, as the lock records it. */
  readonly source: string
  readonly content: Content
  /** Of one out of a registry its artifact's manifest. */
  readonly manifest?: Content
  readonly bytes: Uint8Array
}

/**
 * Gets one tool's file, at most 256 MiB.
 * @throws SealiftError FILE_FAILED, IMAGE_NOT_FOUND, CONTENT_MISMATCH, and those of the registry
 */
export async function resolveTool(spec: ToolSpec, sources: Sources): Promise<ResolvedTool> {
  const { bytes, ...from } = await obtain(spec, sources)
  return { spec, ...from, content: { digest: digestOf(bytes), size: bytes.length }, bytes }
}

async function obtain(
  { url, oci, path }: ToolSpec,
  sources: Sources,
): Promise<Pick<ResolvedTool, 'source' | 'bytes' | 'manifest'>> {
  const { specDir, files, registry, web, signal } = sources
  if (url !== undefined)
    return { source: url, bytes: await readAll(web.stream(url, signal ? { signal } : {}), toolBytes, url) }
  if (path !== undefined)
    return { source: path, bytes: await files.readBytes(await fileOf(path, specDir, files)) }
  if (oci === undefined) throw new Error('a tool has one source')
  const reference = parseReference(oci)
  if (reference === undefined) throw new SealiftError('IMAGE_NOT_FOUND', `${oci} is not an OCI artifact`)
  const source = `oci://${oci}`
  const known = sources.knownTools?.get(source) ?? []
  const again = await packageAsKnown(reference, known, toolBytes, registry, signal)
  if (again !== undefined) return { source, bytes: again.packed, manifest: again.manifest }
  const served = await registry.manifest(reference, signal)
  const [layer, ...more] = parseManifest(served.bytes, oci).layers
  if (layer === undefined || more.length > 0) {
    throw new SealiftError(
      'CONTENT_MISMATCH',
      `${oci} is not a packed tool: it has ${more.length + (layer ? 1 : 0)} layers, not one`,
    )
  }
  const { digest, size } = served.descriptor
  const bytes = await readBlob(registry, reference, layer, toolBytes, signal)
  return { source, bytes, manifest: { digest, size } }
}
