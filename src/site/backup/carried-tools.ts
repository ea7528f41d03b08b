import type { Bundle } from '../../bundle/layout/index.ts'
import { fieldsOf } from '../../kernel/objects/index.ts'
import { carriedName, parseJson, parseReference } from '../../kernel/oci/index.ts'

/** What is known of an image that a bundle carries, before anybody has run it. */
export interface CarriedTools {
  /** PostgreSQL's major version, where the image says it. */
  readonly major?: number
}

/** The config of PostgreSQL's own image has a few kilobytes. */
const most = 1_000_000

/**
 * An image that the site file names, as a bundle carries it; nothing where it does not. Its major version, the same on all
 * platforms, is what the official image notes in its environment (`PG_MAJOR`, https://github.com/docker-library/postgres),
 * else what its tag says. @throws SealiftError BUNDLE_DAMAGED
 */
export async function carriedTools(
  bundle: Pick<Bundle, 'images' | 'has' | 'read'>,
  image: string,
): Promise<CarriedTools | undefined> {
  const carried = bundle.images.find(({ name }) => name === carriedName(image))
  const [manifest] = carried?.platforms.values() ?? []
  if (manifest === undefined) return undefined
  const { config } = manifest
  const known = config.size <= most && bundle.has(config)
  const noted = known ? notedMajor(await bundle.read(config.digest, most)) : undefined
  const major = noted ?? taggedMajor(image)
  return major === undefined ? {} : { major }
}

/** The major version that a tag begins with: `17`, `17.5`, `17-alpine`; where the image is called PostgreSQL, for others count otherwise. */
export function taggedMajor(image: string): number | undefined {
  const { repository = '', tag = '' } = parseReference(image) ?? {}
  if (!/(^|\/)postgres(ql)?$/.test(repository)) return undefined
  const [, major] = /^(\d{1,3})(?:[.-]|$)/.exec(tag) ?? []
  return major === undefined ? undefined : Number(major)
}

/** https://github.com/opencontainers/image-spec/blob/main/config.md: `config.Env` is a list of NAME=VALUE. */
function notedMajor(config: Uint8Array): number | undefined {
  const { Env } = fieldsOf(fieldsOf(readable(config))['config'])
  const noted = Array.isArray(Env) ? Env.map(String) : []
  const [, major] = /^PG_MAJOR=(\d{1,3})$/.exec(noted.find(one => one.startsWith('PG_MAJOR=')) ?? '') ?? []
  return major === undefined ? undefined : Number(major)
}

/** What nobody can read says nothing. */
function readable(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes, most)
  } catch {
    return undefined
  }
}
