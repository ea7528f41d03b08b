import type { Stats } from 'node:fs'
import type { FileIdentity } from '../../kernel/ports/index.ts'

/** What tells a file from others, and from itself once it was written to. */
export function identityOf({ dev, ino, size, mtimeMs }: Stats): FileIdentity {
  return { device: dev, inode: ino, size, modified: mtimeMs }
}

/** Whether it is that very file, and nobody has written to it since. */
export function isSame(stats: Stats, file: FileIdentity): boolean {
  const now = identityOf(stats)
  return (
    now.device === file.device &&
    now.inode === file.inode &&
    now.size === file.size &&
    now.modified === file.modified
  )
}
