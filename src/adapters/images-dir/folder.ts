import { constants, type Stats } from 'node:fs'
import { access, link, lstat, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { messageOf, printable, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { ImagesFolder, Linkable } from '../../kernel/ports/index.ts'
import { freeBytes, makeFolder, nodeFiles, syncFolder, writeAll } from '../files/index.ts'

/** Where K3s keeps its data unless it is told another place (`--data-dir`). */
export const usualDataDir = '/var/lib/rancher/k3s'

/** What K3s reads (rancher/wharfie, pkg/tarfile); it tells capital letters from small ones. */
const archives = ['.tar', '.tar.lz4', '.tar.bz2', '.tbz', '.tar.gz', '.tgz', '.tar.zst', '.tzst']
/** What it does not read: the name of a file that is not whole yet. */
const partial = '.sealift-partial'
// What a file system answers that has no second names, or not this far.
const noLink = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'])

class Unsafe extends Error {}

/** Whether it is the file that was opened, and nobody but this user, and root, may write into it. */
function isSafe(stats: Stats, { file }: Linkable): boolean {
  const same = file !== undefined && stats.dev === file.device && stats.ino === file.inode
  return same && [0, process.getuid?.()].includes(stats.uid) && (stats.mode & 0o022) === 0
}

/** K3s's folder of images below a data folder: all that is K3s's own about it is here. */
export function imagesFolder(dataDir: string = usualDataDir): ImagesFolder {
  const agent = join(dataDir, 'agent')
  const path = join(agent, 'images')
  const at = (name: string) => join(path, name)
  const failing = <T>(doing: string, work: () => Promise<T>) =>
    work().catch(error => fail(doing, path, error))

  async function renamed(name: string, write: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = at(`${name}${partial}`)
    await makeFolder(path)
    await rm(temporary, { force: true })
    try {
      await write(temporary)
      await rename(temporary, at(name))
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
    await syncFolder(path)
  }

  return {
    path,
    async require() {
      await stat(agent).catch(error => {
        throw systemCode(error) === 'ENOENT' ? noK3s(agent) : denied(agent, error)
      })
      const nearest = await stat(path).then(
        () => path,
        () => agent,
      )
      await access(nearest, constants.W_OK | constants.X_OK).catch(error => {
        throw denied(nearest, error)
      })
    },
    async names() {
      const entries = await readdir(path, { withFileTypes: true }).catch(nothingThere(path))
      return entries
        .filter(entry => entry.isFile() && archives.some(end => entry.name.endsWith(end)))
        .map(({ name }) => name)
        .sort()
    },
    async remembered() {
      const text = await readFile(at('.cache.json'), 'utf8').catch(() => '{}')
      return new Set(keysOf(text).map(file => basename(file)))
    },
    canLink: async file => {
      const [source, folder] = await Promise.all([stat(file.path), stat(agent)]).catch(() => [])
      return source !== undefined && folder?.dev === source.dev && isSafe(source, file)
    },
    link: (file, name) =>
      failing('write to', async () => {
        try {
          // The file itself, not a symbolic link to it.
          const real = await realpath(file.path)
          await renamed(name, async temporary => {
            await link(real, temporary)
            if (!isSafe(await lstat(temporary), file)) throw new Unsafe()
          })
          return true
        } catch (error) {
          if (error instanceof Unsafe || noLink.has(systemCode(error) ?? '')) return false
          throw error
        }
      }),
    write: (name, content) =>
      failing('write to', () => renamed(name, temporary => writeTo(temporary, content))),
    rename: (from, to) =>
      failing('write to', async () => {
        await rename(at(from), at(to))
        await syncFolder(path)
      }),
    remove: name =>
      failing('remove from', async () => {
        await rm(at(name), { force: true })
      }),
    tidy: () =>
      failing('remove from', async () => {
        const left = await readdir(path).catch(nothingThere(path))
        for (const name of left)
          if (String(name).endsWith(partial)) await rm(at(String(name)), { force: true })
      }),
    open: name => nodeFiles().openBundle(at(name)),
    free: () => freeBytes(join(path, '.')),
  }
}

async function writeTo(temporary: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(temporary, 'wx', 0o644)
  try {
    let offset = 0
    for await (const bytes of content) {
      await writeAll(file, bytes, offset)
      offset += bytes.length
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The keys of a JSON object; none of what is no such thing. */
function keysOf(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? Object.keys(value) : []
  } catch {
    return []
  }
}

function nothingThere(path: string) {
  return (error: unknown): never[] => {
    if (systemCode(error) === 'ENOENT') return []
    throw denied(path, error)
  }
}

function noK3s(agent: string): SealiftError {
  return new SealiftError(
    'LOAD_FAILED',
    `K3s keeps no images on this machine: there is no ${printable(agent)}`,
    {
      hints: [
        'run sealift on the K3s node, after K3s has started there once',
        'where K3s runs with another --data-dir, name it in site.yaml: load: { dataDir: /data/k3s }',
      ],
    },
  )
}

function denied(path: string, cause: unknown): SealiftError {
  const why = systemCode(cause) === 'EROFS' ? 'the volume is read-only' : 'permission denied'
  return new SealiftError('LOAD_FAILED', `${printable(path)} is not open to this user: ${why}`, {
    hints: ['run sealift as root on the K3s node'],
    cause,
  })
}

function fail(doing: string, path: string, cause: unknown): never {
  if (cause instanceof SealiftError) throw cause
  const code = systemCode(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    throw new SealiftError('DISK_FULL', `no room for the images in ${path}`, {
      hints: ['free some space there: nothing half-written was left'],
      cause,
    })
  if (code === 'EACCES' || code === 'EROFS') throw denied(path, cause)
  // What the content's source throws is no fault of the folder.
  if (code === undefined) throw cause
  throw new SealiftError('LOAD_FAILED', `cannot ${doing} ${path}: ${printable(messageOf(cause))}`, { cause })
}
