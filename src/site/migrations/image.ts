import type { Bundle } from '../../bundle/layout/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { type ArchiveEntry, entriesOf } from '../../kernel/packages/index.ts'
import { bareName, type ImageMigrations, isMigrationFile } from './compare.ts'

/** What a server's image may unpack to; today's has 1.3 GB in 130000 entries. */
const limits = { entries: 2_000_000, bytes: 16e9 }
/** Upstream has some 500 migrations, once as source and once as what runs. */
const most = 20_000
/** Upstream's are five folders deep, of some 80 characters; each folder of each is kept in memory while a layer is read. */
const [longest, deepest] = [1024, 32]

/**
 * The migrations in an image that a bundle carries (`image` by its full name), read from its layers as they lie: files in a
 * folder `db/migrations` of the server's own. Nothing where no file is one, or where the image is larger than an image of a
 * server can be. @throws SealiftError BUNDLE_DAMAGED
 */
export async function imageMigrations(
  bundle: Pick<Bundle, 'images' | 'has' | 'stream'>,
  image: string,
): Promise<ImageMigrations | undefined> {
  const carried = bundle.images.find(({ name }) => name === image)
  // The server is no program of one processor: its migrations are the same on all.
  const [platform] = carried?.platforms.values() ?? []
  if (platform === undefined) return undefined
  const here = platform.layers.filter(layer => bundle.has(layer))
  let paths: ReadonlySet<string> = new Set()
  try {
    for (const { digest } of here) paths = await layered(paths, entriesOf(bundle.stream(digest), limits))
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'CONTENT_MISMATCH') return undefined
    throw error
  }
  if (paths.size === 0 || paths.size > most) return undefined
  const names = new Set([...paths].map(path => bareName(path.slice(path.lastIndexOf('/') + 1))))
  return { names: [...names].toSorted(), whole: here.length === platform.layers.length }
}

/**
 * What a layer leaves of the migrations below it, and those that it adds. Whiteouts as in
 * https://github.com/opencontainers/image-spec/blob/main/layer.md: they are about the layers below, wherever in their own
 * they stand. What is no folder takes the place of one with all that is in it.
 */
async function layered(
  below: ReadonlySet<string>,
  entries: AsyncIterable<ArchiveEntry>,
): Promise<ReadonlySet<string>> {
  const kept = new Set(below)
  const added = new Set<string>()
  const folders = new Set([...below].flatMap(ancestors))
  const hide = (path: string, itself: boolean) => {
    folders.delete(path)
    for (const one of kept)
      if ((itself && one === path) || one.startsWith(`${path}/`) || path === '') kept.delete(one)
  }
  for await (const { path, folder } of entries) {
    const slash = path.lastIndexOf('/')
    const [parent, name] = [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)]
    if (name === opaque) {
      if (folders.has(parent) || parent === '') hide(parent, false)
    } else if (name.startsWith(whiteout)) {
      const gone = [parent, name.slice(whiteout.length)].filter(Boolean).join('/')
      if (folders.has(gone) || kept.has(gone)) hide(gone, true)
    } else if (!folder) {
      if (folders.has(path) || kept.has(path)) hide(path, true)
      if (isMigration(path) && kept.size + added.size <= most) added.add(path)
    }
  }
  return new Set([...kept, ...added])
}

const whiteout = '.wh.'
const opaque = '.wh..wh..opq'

const isMigration = (path: string) =>
  path.length <= longest &&
  path.split('/', deepest + 1).length <= deepest &&
  /(?:^|\/)db\/migrations\/[^/]+$/.test(path) &&
  isMigrationFile(path) &&
  !/(?:^|\/)node_modules\//.test(path)

/** The folders that a path lies in. */
function ancestors(path: string): string[] {
  const found: string[] = []
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) found.push(path.slice(0, at))
  return found
}
