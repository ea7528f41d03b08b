/** What an image needs besides the program: its libraries, the user's name, /tmp. */
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Entry } from './tar.ts'

/**
 * A program and the shared libraries that `ldd` lists for it, each under the name that the loader looks for.
 * A static program comes alone.
 */
export async function withLibraries(binary: string, path = binary): Promise<Entry[]> {
  const { stdout } = await execa('ldd', [binary], { reject: false })
  const libraries = [...stdout.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)].map(match => match[1] ?? '')
  return [
    { path, mode: 0o755, source: await realpath(binary) },
    ...(await Promise.all(
      libraries.map(async library => ({ path: library, mode: 0o755, source: await realpath(library) })),
    )),
  ]
}

/** A folder's regular files, links followed, under the same path in the image; those that `wanted` refuses are left out. */
export async function folder(dir: string, wanted: (path: string) => boolean = () => true): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const name of (await readdir(dir)).sort()) {
    const path = join(dir, name)
    if (!wanted(path)) continue
    // Debian keeps some links that point nowhere until a package is configured.
    const info = await stat(path).catch(() => undefined)
    if (info?.isDirectory()) entries.push(...(await folder(path, wanted)))
    else if (info?.isFile()) {
      entries.push({ path, mode: info.mode & 0o111 ? 0o755 : 0o644, source: await realpath(path) })
    }
  }
  return entries
}

/** /tmp for everyone, and the names of root, nobody and the given user. */
export function base(user?: { readonly name: string; readonly id: number; readonly home: string }): Entry[] {
  const users = [
    { name: 'root', id: 0, home: '/root' },
    ...(user ? [user] : []),
    { name: 'nobody', id: 65534, home: '/nonexistent' },
  ]
  return [
    { path: 'tmp', mode: 0o1777, folder: true },
    {
      path: 'etc/passwd',
      content: users.map(({ name, id, home }) => `${name}:x:${id}:${id}::${home}:/sbin/nologin\n`).join(''),
    },
    { path: 'etc/group', content: users.map(({ name, id }) => `${name}:x:${id}:\n`).join('') },
  ]
}
