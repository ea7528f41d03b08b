import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode } from '../../kernel/errors/index.ts'

/**
 * Makes a folder, and those above it that are missing. Each is tried twice at most: Node's own recursive `mkdir` (24.21)
 * does not always come back where a file system refuses. @throws the system's error
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(path) === path) return await thereOr(path, error)
    await makeFolder(dirname(path))
    await mkdir(path).catch((again: unknown) => thereOr(path, again))
  }
}

/** Whether somebody else has made it. @throws the error of whoever tried, where it is no folder */
async function thereOr(path: string, error: unknown): Promise<void> {
  if (systemCode(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error
}
