/** What tests of files stand on: both implementations, and a folder of its own for each test. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { nodeFiles } from '../../../src/adapters/files/index.ts'
import { memoryFiles } from '../../support/memory-files.ts'

export const bothFiles = [
  ['node', nodeFiles],
  ['memory', memoryFiles],
] as const

/** Gives each test of a file an empty folder, and the path of a name in it; of no name, the folder's own. */
export function freshFolder(): (name?: string) => string {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-files-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  return (name = '') => join(folder, name)
}
