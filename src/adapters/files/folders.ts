import type { Dirent, Stats } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { FileKind, FolderEntry, Place } from '../../kernel/ports/index.ts'

/** The names in a folder and what each is, sorted. @throws what the system says */
export async function entriesOf(folder: string): Promise<FolderEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .map(entry => ({ name: entry.name, kind: entry.isSymbolicLink() ? ('link' as const) : kindOf(entry) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The path behind every link, and what is there. @throws what the system says; FILE_FAILED for a circle */
export async function follow(path: string): Promise<Place> {
  try {
    const real = await realpath(path)
    return { path: real, kind: kindOf(await stat(real)) }
  } catch (cause) {
    if (systemCode(cause) !== 'ELOOP') throw cause
    throw new SealiftError('FILE_FAILED', `cannot find ${path}: its links lead in a circle`, { cause })
  }
}

function kindOf(what: Dirent | Stats): Exclude<FileKind, 'link'> {
  if (what.isFile()) return 'file'
  if (what.isDirectory()) return 'folder'
  if (what.isFIFO()) return 'pipe'
  return what.isSocket() ? 'socket' : 'device'
}
