import type { Bundle } from '../../bundle/layout/index.ts'
import { parseJson, platformShape, platformText } from '../../kernel/oci/index.ts'

const configBytes = 4 * 1024 * 1024

/**
 * The images of a bundle that are for another processor than a node by their configs, a sentence each. Containerd goes
 * by what an index says of a manifest: such an image is imported and called complete, and if its config is right its
 * programs do not start. Some configs are wrong, and their images run: it is no reason to refuse.
 * @throws SealiftError BUNDLE_DAMAGED
 */
export async function doubtfulImages(
  { images, read }: Pick<Bundle, 'images' | 'read'>,
  platform: string,
): Promise<string[]> {
  const doubts: string[] = []
  for (const { name, platforms } of images) {
    const config = platforms.get(platform)?.config
    if (config === undefined) continue
    const said = platformIn(await read(config.digest, configBytes))
    if (said !== undefined && !isFor(platform, said))
      doubts.push(
        `image ${name} is for ${said} by its config, and for ${platform} by its index: if its pods do not start, take another version, or tell its publisher`,
      )
  }
  return doubts
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
