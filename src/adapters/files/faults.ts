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

/** What the system said about a file, as our error: DISK_FULL for a full volume or quota, else FILE_FAILED. */
export function fileFailed(doing: string, path: string, cause: unknown, needed?: number): SealiftError {
  if (cause instanceof SealiftError) return cause
  const code = systemCode(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path, needed, undefined, cause)
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file or folder',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EISDIR: 'it is a folder',
    ELOOP: 'it is a link, which is not followed here',
    ENXIO: 'it is no regular file',
    ENOTDIR: 'a part of the path is no folder',
    EROFS: 'the volume is read-only',
    EFBIG: 'the file system does not take files of that size',
  }
  return new SealiftError(
    'FILE_FAILED',
    `cannot ${doing} ${path}: ${known[code ?? ''] ?? messageOf(cause)}`,
    { cause },
  )
}
