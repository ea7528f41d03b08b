import { dirname } from 'node:path'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Files, Place } from '../../kernel/ports/index.ts'

/** What to do about a link that leads too far. */
export const linkHint =
  'Links are followed within the repository of bundle.yaml (the nearest folder above it with a .git), or else within its folder: put a copy there instead.'

/**
 * The folder that links below a spec may lead into: the nearest one at or above it with a `.git`, else its own.
 * As a real path. @throws SealiftError FILE_FAILED
 */
export async function reachOf(specDir: string, files: Files): Promise<string> {
  const { path: own } = await files.follow(specDir)
  for (let folder = own; ; folder = dirname(folder)) {
    if (await files.exists(`${folder}/.git`)) return folder
    if (folder === dirname(folder)) return own
  }
}

/** Whether a real path is that of a folder, or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

/**
 * Where something lies that the spec names by its path, links followed as far as they may lead.
 * @throws SealiftError SPEC_INVALID when they lead further, FILE_FAILED when nothing is there
 */
export async function placeOf(path: string, specDir: string, files: Files): Promise<Place> {
  const place = await files.follow(`${specDir}/${path}`)
  const reach = await reachOf(specDir, files)
  if (isWithin(place.path, reach)) return place
  throw new SealiftError(
    'SPEC_INVALID',
    `${path} leads to ${printable(place.path)}, which is outside of ${reach}`,
    { hints: [linkHint] },
  )
}

/** The same of what must be a file. @throws SealiftError as {@link placeOf}, and SPEC_INVALID for a pipe or a folder */
export async function fileOf(path: string, specDir: string, files: Files): Promise<string> {
  const { path: real, kind } = await placeOf(path, specDir, files)
  if (kind === 'file') return real
  throw new SealiftError('SPEC_INVALID', `${path} is a ${kind}, not a file`)
}
