/** Processes that make temporary folders of Sealift's, and end as a test wants. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../../src/adapters/temporary.ts'

// Run by itself, with a prefix: makes a folder with a file in it, says where, and stays.
if (import.meta.main) {
  const { path } = await temporaryFolder(process.argv[2] ?? '')
  if (process.argv[3] !== 'empty') await writeFile(join(path, 'file'), 'x')
  process.stdout.write(path)
  setInterval(() => {}, 60_000)
}

/** A living process and its temporary folder below `among`; `kill` ends it as nothing else does. */
export async function makerOf(prefix: string, among: string, content?: 'empty') {
  const words = [import.meta.filename, prefix, ...(content ? [content] : [])]
  const child: ChildProcess = spawn(process.execPath, words, {
    env: { ...process.env, TMPDIR: among },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [path] = await Promise.race([child.stdout ? once(child.stdout, 'data') : ended, ended])
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return { path: String(path), kill }
}
