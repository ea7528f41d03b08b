import { lstat, mkdtemp, readdir, readFile, realpath, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { SealiftError } from '../kernel/errors/index.ts'
import { fileFailed } from './files/faults.ts'
import { isGone, markPattern, ownMark } from './owner.ts'

/** Of folders that images are mounted on. They are never emptied: what is seen in them is the image's. */
export const mountPrefix = 'sealift-unpack-'

const named = new RegExp(`^(sealift-(?:[a-z]+-)?)${markPattern}-\\w{6}$`)
const sweeps = new Map<string, Promise<void>>()

/**
 * Makes a private folder (0700) among the machine's temporary ones, marked with this process; `prefix` is `sealift-`
 * and a word. The first one of a process also removes what killed processes have left there.
 * @throws SealiftError FILE_FAILED, DISK_FULL
 */
export async function temporaryFolder(prefix: string): Promise<{ path: string; dispose(): Promise<void> }> {
  const folder = tmpdir()
  const swept = sweeps.get(folder) ?? sweep(folder).catch(() => {})
  sweeps.set(folder, swept)
  await swept
  const mark = await ownMark()
  const path = await mkdtemp(join(folder, mark === undefined ? prefix : `${prefix}${mark}-`)).catch(
    (cause: unknown) => Promise.reject(temporaryFailed('make a temporary folder in', folder, cause)),
  )
  return { path, dispose: () => rm(path, { recursive: true, force: true }) }
}

/** What the system said about a temporary file or folder, as our error: another place is one variable away. */
export function temporaryFailed(doing: string, path: string, cause: unknown): SealiftError {
  const hint =
    'name a folder with room that is yours to write in, for this command alone: TMPDIR=/var/tmp sealift ...'
  return fileFailed(doing, path, cause).with({ hints: [hint] })
}

/** The process that made a temporary folder, by the folder's path; only of folders with this prefix. */
export function markOf(path: string, prefix: string): string | undefined {
  const [, found, mark] = named.exec(basename(path)) ?? []
  return found === prefix ? mark : undefined
}

/** Removes folders of processes that are gone, but none on or in which something is mounted. */
export async function sweep(folder: string): Promise<void> {
  for (const path of await abandoned(folder)) {
    if ((await mountPoints()).some(point => point === path || point.startsWith(`${path}/`))) continue
    const mount = basename(path).startsWith(mountPrefix)
    // Another sweep may be at it; what cannot be removed now stays for the next.
    await (mount ? rmdir(path) : rm(path, { recursive: true, force: true })).catch(() => {})
  }
}

/** Folders of processes that are gone on which an image is still mounted. */
export async function abandonedMounts(folder: string): Promise<string[]> {
  const left = (await abandoned(folder)).filter(path => basename(path).startsWith(mountPrefix))
  const mounted = left.length > 0 ? await mountPoints() : []
  return left.filter(path => mounted.includes(path))
}

/** Sealift's temporary folders, made by this user, in processes that are gone. Links are none. */
async function abandoned(folder: string): Promise<string[]> {
  const real = await realpath(folder)
  const left: string[] = []
  for (const name of await readdir(real)) {
    const [, , mark] = named.exec(name) ?? []
    if (mark === undefined) continue
    const path = join(real, name)
    const stats = await lstat(path).catch(() => undefined)
    if (stats?.isDirectory() && stats.uid === process.getuid?.() && (await isGone(mark))) left.push(path)
  }
  return left
}

/** Where something is mounted, as this process sees it (proc_pid_mountinfo(5)). */
async function mountPoints(): Promise<string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8')
  return text.split('\n').map(line => unescaped(line.split(' ')[4] ?? ''))
}

const unescaped = (path: string) =>
  path.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
