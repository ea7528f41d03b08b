import { SealiftError } from '../../kernel/errors/index.ts'
import type { Carrying } from '../../kernel/ports/index.ts'

/** Sealift as one executable. */
export interface Executable {
  readonly platform: string
  readonly path: string
}

/**
 * Finds an executable for each platform of a bundle: among the paths that were given, else where Sealift's own lie.
 * @throws SealiftError USAGE for a given one that is for none of the platforms, FILE_FAILED when one is missing
 */
export async function findExecutables(
  platforms: readonly string[],
  given: readonly string[],
  carrying: Carrying,
): Promise<readonly Executable[]> {
  const named = new Map<string, string>()
  for (const path of given) named.set(await platformOf(path, platforms, carrying), path)
  return await Promise.all(
    platforms.map(async platform => {
      const path = named.get(platform) ?? (await carrying.executable(platform))
      if (path !== undefined) return { platform, path }
      throw new SealiftError('FILE_FAILED', `there is no executable of Sealift for ${platform} here`, {
        hints: [
          'in a checkout of this version: npm run executable',
          'or name one that was made elsewhere: --executable FILE',
        ],
      })
    }),
  )
}

async function platformOf(path: string, platforms: readonly string[], carrying: Carrying): Promise<string> {
  const platform = await carrying.platformOf(path)
  if (platform !== undefined && platforms.includes(platform)) return platform
  const what = platform === undefined ? 'no executable for Linux on amd64 or arm64' : `for ${platform}`
  throw new SealiftError('USAGE', `${path} is ${what}, and the bundle is for ${platforms.join(', ')}`, {
    hints: ['npm run executable makes Sealift for both'],
  })
}
