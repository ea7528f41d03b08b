import type { BundleFile } from '../../../bundle/layout/index.ts'
import type { LockedTool } from '../../../bundle/lock/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import {
  annotations,
  type Descriptor,
  type Digest,
  mediaTypes,
  parseManifest,
  parseReference,
  type Reference,
} from '../../../kernel/oci/index.ts'
import { fileOf, type Sources } from '../../resolve/index.ts'
import type { Open } from './open.ts'

/**
 * Notes where a tool's file is to be had, and what the bundle says of it.
 * @throws SealiftError LOCK_DRIFT when an artifact does not have it any more, and those of the registry
 */
export async function gatherTool(
  tool: LockedTool,
  { registry, web, files, specDir, signal }: Sources,
  openers: Map<Digest, Open>,
): Promise<BundleFile> {
  const { digest, size } = tool.content
  if (tool.source.startsWith('oci://')) {
    const reference = parseReference(tool.source.slice('oci://'.length)) as Reference
    const { layers } = parseManifest((await registry.manifest(reference, signal)).bytes, tool.source)
    const layer = layers.find(candidate => candidate.digest === digest)
    if (layer === undefined) throw toolDrift(tool)
    openers.set(digest, options => registry.blob(reference, layer, options))
  } else if (/^https?:/.test(tool.source)) {
    openers.set(digest, options => web.stream(tool.source, options))
  } else {
    openers.set(digest, async function* ({ offset = 0 }) {
      yield (await files.readBytes(await fileOf(tool.source, specDir, files))).subarray(offset)
    })
  }
  return {
    title: `tools/${tool.name}-${tool.version}-${tool.platform.replace('/', '-')}`,
    mediaType: mediaTypes.bundleTool,
    annotations: {
      [annotations.toolName]: tool.name,
      [annotations.toolVersion]: tool.version,
      [annotations.toolPlatform]: tool.platform,
      ...(tool.member === undefined ? {} : { [annotations.toolMember]: tool.member }),
    },
    content: { digest, size } satisfies Pick<Descriptor, 'digest' | 'size'>,
  }
}

function toolDrift({ name, version, source, content }: LockedTool): SealiftError {
  return new SealiftError(
    'LOCK_DRIFT',
    `${name} ${version} at ${source} is not what was locked (${content.digest})`,
  )
}
