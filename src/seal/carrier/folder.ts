import { basename, dirname, join } from 'node:path'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Files, Talk } from '../../kernel/ports/index.ts'
import { sumsFile, sumsSignature } from './checksums.ts'
import { guideFile } from './guide.ts'

/**
 * What lies in the folder already: nothing, or what an earlier run has left. Files of others might have our names.
 * @throws SealiftError FILE_FAILED
 */
export async function requireFolder(folder: string, files: Files): Promise<readonly string[]> {
  const there = await files.follow(folder).catch(() => undefined)
  if (there !== undefined && there.kind !== 'folder')
    throw new SealiftError('FILE_FAILED', `${folder} is there already, and is no folder`, {
      hints: ['name a folder of its own, which is made when it is not there'],
    })
  const found = (await files.exists(folder)) ? (await files.entries(folder)).map(({ name }) => name) : []
  if (found.length === 0 || found.includes(guideFile)) return found
  throw new SealiftError(
    'FILE_FAILED',
    `${folder} is not empty, and was not made by carry: it is left as it is`,
    {
      hints: ['name a folder of its own, which is made when it is not there'],
    },
  )
}

/**
 * Makes sure that no folder on the way to one of the names is a link: what is written would land wherever it leads.
 * @throws SealiftError FILE_FAILED
 */
export async function refuseLinks(folder: string, names: readonly string[], files: Files): Promise<void> {
  for (const inside of new Set(names.flatMap(foldersOf))) {
    const above = join(folder, dirname(inside))
    if (!(await files.exists(above))) continue
    const found = (await files.entries(above)).find(({ name }) => name === basename(inside))
    if (found?.kind !== 'link') continue
    throw new SealiftError(
      'FILE_FAILED',
      `${join(folder, inside)} is a link: what it leads to is left as it is`,
      { hints: ['remove the link, or name another folder'] },
    )
  }
}

/** The folders of a name, the outermost first. */
function foldersOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1)
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'))
}

/** Warns of what lay there before and is none of these files: nobody has signed it. */
export function tellOthers(
  found: readonly string[],
  names: readonly string[],
  folder: string,
  talk: Talk,
): void {
  const own = new Set([...names, sumsFile, sumsSignature].map(name => name.split('/')[0]))
  const others = found.filter(name => !own.has(name))
  if (others.length > 0)
    talk.reporter.warn(`${folder} has more, which ${sumsFile} does not name: ${printable(others.join(', '))}`)
}
