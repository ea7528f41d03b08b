import { messageOf, printable, SealiftError } from '../../kernel/errors/index.ts'
import { writePackage } from '../../kernel/packages/index.ts'
import type { Files, FolderEntry, Place } from '../../kernel/ports/index.ts'
import { helmIgnores, type Ignores } from './helm-ignore.ts'
import { isWithin, linkHint } from './reach.ts'
import { chartBytes } from './read.ts'

// Twice of what a package may have: folders count here too, and links can show one folder any number of times.
const mostEntries = 10_000

/** A chart's folder as a package, and the links in it that were followed. */
export interface PackedFolder {
  readonly packed: Uint8Array
  /** Their paths in the chart. */
  readonly links: readonly string[]
}

/** What a walk through a chart's folder goes by, and what it comes upon. */
interface Walk {
  readonly files: Files
  readonly ignores: Ignores
  readonly reach: string
  /** Real paths by those in the chart. */
  readonly found: Map<string, string>
  readonly links: string[]
  readonly faults: string[]
  entries: number
}

/**
 * Packs a chart's folder under the chart's name, the same bytes on every machine, without what its .helmignore
 * leaves out. Links are followed as helm does, but only below `reach`; the package holds what they lead to.
 * @param folder the real path of it
 * @throws SealiftError SPEC_INVALID that names every link which leads too far, nowhere or in a circle, and whatever
 *   is neither file nor folder; FILE_FAILED for what cannot be read, or is more than a chart may be
 */
export async function packChartFolder(
  folder: string,
  name: string,
  { files, reach }: { readonly files: Files; readonly reach: string },
): Promise<PackedFolder> {
  const ignores = helmIgnores(await ignoreText(folder, files, reach), `${folder}/.helmignore`)
  const walk: Walk = { files, ignores, reach, found: new Map(), links: [], faults: [], entries: 0 }
  await walkFolder(walk, folder, '', [folder])
  const { found, links, faults } = walk
  if (faults.length > 0) {
    throw new SealiftError('SPEC_INVALID', `${folder} has in it what cannot be packed`, {
      faults,
      hints: [linkHint, 'What the chart does not need can be named in its .helmignore.'],
    })
  }
  if (!found.has('Chart.yaml') && (await files.exists(`${folder}/Chart.yaml`))) {
    throw new SealiftError('SPEC_INVALID', `the .helmignore of ${folder} leaves out Chart.yaml`, {
      hints: ['To helm, !pattern leaves out everything that the pattern does not fit.'],
    })
  }
  const packed = []
  let size = 0
  for (const [path, real] of found) {
    const bytes = await files.readBytes(real)
    size += bytes.length
    if (size > chartBytes) throw new SealiftError('FILE_FAILED', `${folder} is larger than 64 MiB`)
    packed.push({ path: `${name}/${path}`, bytes })
  }
  return { packed: writePackage(packed), links }
}

/** One that leads too far or nowhere has no rules: the walk comes upon it. */
async function ignoreText(folder: string, files: Files, reach: string): Promise<string> {
  if (!(await files.exists(`${folder}/.helmignore`))) return ''
  const { path, kind } = await files.follow(`${folder}/.helmignore`)
  return kind === 'file' && isWithin(path, reach) ? files.readText(path) : ''
}

/** @param above the real paths of the folders that are being walked, this one included */
async function walkFolder(walk: Walk, real: string, at: string, above: readonly string[]): Promise<void> {
  for (const entry of await walk.files.entries(real)) {
    const path = `${at}${entry.name}`
    const place = await placeIn(walk, real, entry)
    if (walk.ignores(path, typeof place !== 'string' && place.kind === 'folder')) continue
    walk.entries += 1
    if (walk.entries > mostEntries) {
      throw new SealiftError(
        'FILE_FAILED',
        `a chart has more than ${mostEntries} files and folders, and was given up at ${printable(real)}`,
        {
          hints: [
            'What the chart does not need can be named in its .helmignore; links count as what they lead to.',
          ],
        },
      )
    }
    const fault = typeof place === 'string' ? place : faultOf(place, entry, walk.reach, above)
    if (fault !== undefined) walk.faults.push(`${printable(path)} ${fault}`)
    if (typeof place === 'string' || fault !== undefined) continue
    if (entry.kind === 'link') walk.links.push(path)
    if (place.kind === 'file') walk.found.set(path, place.path)
    else await walkFolder(walk, place.path, `${path}/`, [...above, place.path])
  }
}

/** What an entry is, or what it leads to; words where that cannot be told. */
async function placeIn(
  { files }: Walk,
  folder: string,
  { name, kind }: FolderEntry,
): Promise<Place | string> {
  const path = `${folder}/${name}`
  if (kind !== 'link') return { path, kind }
  try {
    return await files.follow(path)
  } catch (error) {
    return `is a link that cannot be followed: ${printable(messageOf(error), 500)}`
  }
}

function faultOf(
  { path, kind }: Place,
  entry: FolderEntry,
  reach: string,
  above: readonly string[],
): string | undefined {
  const verb = entry.kind === 'link' ? `leads to ${printable(path)}, ` : 'is '
  if (!isWithin(path, reach)) return `${verb}which is outside of ${reach}`
  if (kind !== 'file' && kind !== 'folder') return `${verb}a ${kind}`
  if (entry.kind === 'link' && above.some(folder => isWithin(folder, path))) {
    return `${verb}a folder that it lies in itself`
  }
  return undefined
}
