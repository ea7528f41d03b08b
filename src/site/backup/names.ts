import { basename, dirname, join } from 'node:path'
import type { Files } from '../../kernel/ports/index.ts'

/** A time as names of archives have it: `20261130T043000Z`. */
export function stampOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, '')
}

/** Name of an archive: its site, when it was made, the beginning of its sha256. */
export function nameOf(site: string, milliseconds: number, digest: string): string {
  return `${site}-${stampOf(milliseconds)}-${digest.slice(0, 12)}.backup.age`
}

/** The archives of a site in a folder, the oldest first. @throws SealiftError FILE_FAILED */
export async function archivesOf(
  files: Pick<Files, 'entries'>,
  folder: string,
  site: string,
): Promise<string[]> {
  const found = await files.entries(folder)
  const names = found.flatMap(({ name, kind }) => (kind === 'file' ? [name] : []))
  return names.filter(name => isOf(name, site, /^\d{8}T\d{6}Z-[0-9a-f]{12}\.backup\.age$/)).sort()
}

/** Takes away what killed runs have left. @throws SealiftError FILE_FAILED */
export async function removePartials(
  files: Pick<Files, 'entries' | 'remove' | 'exists'>,
  folder: string,
  site: string,
): Promise<void> {
  if (!(await files.exists(folder))) return
  for (const { name, kind } of await files.entries(folder))
    if (kind === 'file' && isOf(name, site, /^\d{8}T\d{6}Z\.backup\.age\.partial$/))
      await files.remove(join(folder, name))
}

/**
 * Removes older archives of a site until so many are left; `made`, the path of the one that was just written, always stays,
 * and whatever is of another site. A clock that was wrong, or anybody, may have named others later than that one. Gives the
 * paths that are gone. @throws SealiftError FILE_FAILED
 */
export async function keepNewest(
  files: Pick<Files, 'entries' | 'remove'>,
  made: string,
  site: string,
  keep: number,
): Promise<string[]> {
  const [folder, own] = [dirname(made), basename(made)]
  const others = (await archivesOf(files, folder, site)).filter(name => name !== own)
  const older = others
    .slice(0, Math.max(0, others.length - Math.max(0, keep - 1)))
    .map(name => join(folder, name))
  for (const path of older) await files.remove(path)
  return older
}

/**
 * Removes the archive of a site that a record names, where it lies in a folder: nothing else that a record, which others may
 * have written, could name. Tells whether it was there. @throws SealiftError FILE_FAILED
 */
export async function removeArchive(
  files: Pick<Files, 'entries' | 'remove' | 'exists'>,
  folder: string,
  site: string,
  { path, digest }: { readonly path: string; readonly digest: string },
): Promise<boolean> {
  if (!(await files.exists(folder))) return false
  const own = `-${digest.slice(0, 12)}.backup.age`
  const name = (await archivesOf(files, folder, site)).find(
    one => one === basename(path) && one.endsWith(own),
  )
  if (name === undefined) return false
  await files.remove(join(folder, name))
  return true
}

/** One site's name may begin as another's does. */
const isOf = (name: string, site: string, rest: RegExp) =>
  name.startsWith(`${site}-`) && rest.test(name.slice(site.length + 1))
