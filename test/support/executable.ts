import { createHash } from 'node:crypto'
import { existsSync, globSync } from 'node:fs'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeExecutable } from '../../scripts/executable/inject.ts'
import { compileProgram, type Program } from '../../scripts/executable/program.ts'
import { codes, trained } from '../../scripts/executable/training.ts'
import { cacheDir } from './tools/build.ts'

const root = join(import.meta.dirname, '..', '..')
const folder = join(cacheDir, 'executable')
const day = 24 * 60 * 60 * 1000

/**
 * Sealift as one executable, as the sources are now; beside it are its assets `program`, `code` and `code-streaming`. It is
 * made once of them, in some 15 s, and kept outside of the checkout; to compile them and see that it is there takes 2.
 * `onMaking` is told before it is made.
 */
export async function testExecutable(onMaking = () => {}): Promise<string> {
  const program = await compileProgram()
  const hash = createHash('sha256').update(process.version).update(program.main)
  const making = ['scripts/executable/*.ts', 'test/support/sample-*.ts', 'bundles/**/*.yaml']
  for (const path of globSync(making, { cwd: root }).toSorted()) hash.update(await readFile(join(root, path)))
  for (const [name, asset] of program.assets)
    hash.update(name).update('path' in asset ? await readFile(asset.path) : asset)
  const path = join(folder, hash.digest('hex').slice(0, 16), 'sealift')
  if (existsSync(path)) return path
  onMaking()
  await makeExecutable(program, path)
  for (const name of await readdir(folder)) {
    const older = join(folder, name)
    // Another checkout's tests may use theirs.
    if ((await stat(older)).mtimeMs < Date.now() - day) await rm(older, { recursive: true, force: true })
  }
  return path
}

async function makeExecutable(program: Program, path: string): Promise<void> {
  const { assets, ...rest } = await trained(program, dirname(path))
  for (const name of ['program', ...codes]) {
    const asset = assets.get(name)
    if (asset instanceof Uint8Array) await writeFile(join(dirname(path), name), asset)
  }
  await writeExecutable({ ...rest, assets }, path)
}
