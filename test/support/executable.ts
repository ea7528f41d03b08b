import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeExecutable } from '../../scripts/executable/inject.ts'
import { compileProgram } from '../../scripts/executable/program.ts'
import { cacheDir } from './tools/build.ts'

const folder = join(cacheDir, 'executable')
const day = 24 * 60 * 60 * 1000

/**
 * Sealift as one executable, as the sources are now. It is made once of them, in some 10 s, and kept outside of the
 * checkout; to compile them and see that it is there takes 2. `onMaking` is told before it is made.
 */
export async function testExecutable(onMaking = () => {}): Promise<string> {
  const program = await compileProgram()
  const how = await readFile(join(import.meta.dirname, '../../scripts/executable/inject.ts'))
  const hash = createHash('sha256').update(process.version).update(how).update(program.main)
  for (const [name, asset] of program.assets)
    hash.update(name).update('path' in asset ? await readFile(asset.path) : asset)
  const path = join(folder, hash.digest('hex').slice(0, 16), 'sealift')
  if (existsSync(path)) return path
  onMaking()
  await writeExecutable(program, path)
  for (const name of await readdir(folder)) {
    const older = join(folder, name)
    // Another checkout's tests may use theirs.
    if ((await stat(older)).mtimeMs < Date.now() - day) await rm(older, { recursive: true, force: true })
  }
  return path
}
