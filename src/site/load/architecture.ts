import type { Bundle } from '../../bundle/layout/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { parseJson, platformShape, platformText } from '../../kernel/oci/index.ts'

const configBytes = 4 * 1024 * 1024

/**
 * Makes sure that images are for a node by their configs too. Containerd goes by what an index says of a manifest: one
 * of another processor is imported and called complete, and its programs do not start. A digest that is right is no
 * answer to that, and the config, whose digest the manifest fixes, is the same here and on the node.
 * @throws SealiftError BUNDLE_WRONG_PLATFORM with a fault for each, BUNDLE_DAMAGED
 */
export async function requireArchitecture(
  { images, read }: Pick<Bundle, 'images' | 'read'>,
  platform: string,
): Promise<void> {
  const faults: string[] = []
  for (const { name, platforms } of images) {
    const config = platforms.get(platform)?.config
    if (config === undefined) continue
    const said = platformIn(await read(config.digest, configBytes))
    if (said !== undefined && !isFor(platform, said))
      faults.push(`${name} is for ${said} by its config, its index says ${platform}`)
  }
  const [first, ...more] = faults
  if (first === undefined) return
  const rest = more.length > 0 ? ` (and ${more.length} more)` : ''
  throw new SealiftError('BUNDLE_WRONG_PLATFORM', `image ${first}${rest}`, {
    faults,
    hints: [
      'It was put together wrongly where it was released: take another version, or tell its publisher.',
    ],
  })
}

/** Variants are left out: configs seldom name them. */
function isFor(platform: string, said: string): boolean {
  const bare = (text: string) => text.split('/').slice(0, 2).join('/')
  return bare(platform) === bare(said)
}

/** What a config says that it runs on; nothing where it says nothing of use. */
function platformIn(config: Uint8Array): string | undefined {
  try {
    const { success, data } = platformShape.safeParse(parseJson(config, configBytes))
    return success ? platformText(data) : undefined
  } catch {
    return undefined
  }
}
