import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Program } from './program.ts'

const require = createRequire(import.meta.url)
const run = promisify(execFile)

/**
 * Writes a program as one executable: a copy of a Node with the program in it (nodejs.org/api/single-executable-applications).
 * `node` is the Node to copy; without it this process's own is taken, and what it compiles beforehand goes in as well,
 * which another architecture's could not use, and which is another time by time: V8 mixes in a seed of each process.
 * All else is the same bytes for the same sources. @throws Error of the tools that make it; nothing is left at `path` then.
 */
export async function writeExecutable(program: Program, path: string, node?: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const work = await mkdtemp(join(dirname(path), '.executable-'))
  // Names without the folder: Node keeps that of `main`, and the same sources shall give the same bytes.
  const tool = (...args: string[]) => run(process.execPath, args, { cwd: work })
  try {
    await writeFile(join(work, 'sealift.cjs'), program.main)
    const assets: Record<string, string> = {}
    for (const [name, asset] of program.assets) {
      assets[name] = 'path' in asset ? asset.path : basename(name)
      if (!('path' in asset)) await writeFile(join(work, assets[name]), asset)
    }
    const settings = {
      ...{ main: 'sealift.cjs', output: 'blob', assets },
      disableExperimentalSEAWarning: true,
      useCodeCache: node === undefined,
      // A shell's NODE_OPTIONS are meant for other programs.
      execArgvExtension: 'none',
    }
    await writeFile(join(work, 'sea.json'), JSON.stringify(settings))
    await tool('--experimental-sea-config', 'sea.json')
    await copyFile(node ?? process.execPath, join(work, 'sealift'))
    const fuse = ['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2']
    // By its command: what it says of Node's own sections would be shown.
    await tool(require.resolve('postject/dist/cli.js'), 'sealift', 'NODE_SEA_BLOB', 'blob', ...fuse)
    await rename(join(work, 'sealift'), path)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
