import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Pieces, packed, unpacked } from './pieces.ts'

/** What V8 made of a program's files in an earlier run, as `keepCode` wrote it; nothing where it cannot be used. */
export function readCode(path: string): Pieces {
  try {
    // V8 believes what it is given, also where it was cut off.
    return unpacked(readFileSync(path))
  } catch {
    return new Map()
  }
}

/** Writes it for the next run: whole or not at all, and not where it cannot be written. */
export function keepCode(path: string, code: () => Pieces): void {
  try {
    // Nobody else's to write, whatever the umask: it is as good as the program.
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    // One of its own, made before V8 is asked: where that fails, all else is for nothing.
    const writing = mkdtempSync(`${path}.`)
    try {
      writeFileSync(join(writing, 'code'), packed(code()), { mode: 0o644, flush: true })
      renameSync(join(writing, 'code'), path)
    } finally {
      rmSync(writing, { recursive: true, force: true })
    }
  } catch {
    // In a folder that others own the next start is as this one.
  }
}
