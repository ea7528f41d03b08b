import { isAbsolute } from 'node:path'
import { bytes, messageOf, SealiftError, systemCode } from '../../kernel/errors/index.ts'

/** Says that a volume is full. Numbers are bytes, each left out when it is not known. */
export function diskFull(path: string, needed?: number, free?: number, cause?: unknown): SealiftError {
  const need = needed === undefined ? '' : `: it needs ${bytes(needed)}`
  const room = free === undefined ? '' : `, ${bytes(free)} are free`
  return new SealiftError('DISK_FULL', `no room for ${path}${need}${room}`, {
    hints: ['free some space there, or name a folder on another volume'],
    ...(cause === undefined ? {} : { cause }),
  })
}

/** What the system said about a file, as our error: DISK_FULL for a full volume or quota, else FILE_FAILED, with what to do. */
export function fileFailed(doing: string, path: string, cause: unknown, needed?: number): SealiftError {
  if (cause instanceof SealiftError) return cause
  const code = systemCode(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path, needed, undefined, cause)
  const [why = messageOf(cause), ...hints] = known[code ?? '']?.(path, placeIn(cause) ?? path) ?? []
  return new SealiftError('FILE_FAILED', `cannot ${doing} ${path}: ${why}`, { cause, hints })
}

const forbidden = (path: string) => [
  'permission denied',
  `ls -ld ${path} shows who may: run this as one of them`,
]

/** What the system's error is about: of a file, it may be a folder on the way. */
function placeIn(cause: unknown): string | undefined {
  return cause instanceof Error && 'path' in cause && typeof cause.path === 'string' ? cause.path : undefined
}

/** By the system's code, what it says and what to do; `at` is where it said so. */
const known: Readonly<Record<string, (path: string, at: string) => readonly string[]>> = {
  ENOENT: path => [
    'there is no such file or folder',
    isAbsolute(path) ? 'check the path' : `check the path: it is looked for from ${process.cwd()}`,
  ],
  EACCES: forbidden,
  EPERM: forbidden,
  EISDIR: () => ['it is a folder', 'name a file'],
  EEXIST: (_, at) => [
    `${at} is there already, and is no folder`,
    'name another folder, or move that file away',
  ],
  ELOOP: () => ['it is a link, which is not followed here', 'name the file that it leads to'],
  ENXIO: () => ['it is no regular file', 'name a file'],
  ENOTDIR: () => ['a part of the path is no folder', 'check the path'],
  EROFS: () => ['the volume is read-only', 'name a place on another volume'],
  EFBIG: () => ['the file system does not take files of that size', 'name a place on another volume'],
}
