/** An import into a containerd that is killed in its middle, with its `ctr`, so that nobody can clean up after it. */
import { spawn } from 'node:child_process'
import { createCipheriv } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRuntime } from '../../src/adapters/containerd/index.ts'
import type { TestContainerd } from './containerd.ts'

// Run by itself, with a containerd's address and its ctr: imports its stdin, but for the last kilobytes, which never come.
if (import.meta.main) {
  const archive = await buffer(process.stdin)
  const [, , address = '', ...ctr] = process.argv
  await createRuntime({ ctr, address }).import(endless(archive))
}

async function* endless(archive: Buffer): AsyncGenerator<Uint8Array> {
  const end = archive.length - 4096
  for (let at = 0; at < end; at += 65_536) yield archive.subarray(at, Math.min(at + 65_536, end))
  process.stdout.write('all read\n')
  setInterval(() => {}, 60_000)
  await Promise.withResolvers<never>().promise
}

/**
 * Imports an archive in a process of its own, and kills it and its ctr when all but the archive's end is read, and
 * containerd has a part of a blob.
 */
export async function killImport({ address, ctr, run }: TestContainerd, archive: Buffer): Promise<void> {
  const child = spawn(process.execPath, [import.meta.filename, address, ...ctr], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  child.stdin.end(archive)
  await Promise.race([once(child.stdout, 'data'), ended])
  // What is read may still lie in pipes.
  for (let round = 0; round < 200 && (await run('content', 'active')).split('\n').length < 2; round++)
    await sleep(50)
  if (child.pid === undefined || child.exitCode !== null) throw new Error('the import ended by itself')
  child.kill('SIGSTOP') // or it would see its ctr end
  const own = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
  for (const pid of own.trim().split(' ')) process.kill(Number(pid), 'SIGKILL')
  child.kill('SIGKILL')
  await ended
}

/** Text that does not get smaller, the same for the same seed. */
export function noise(seed: string, bytes: number): string {
  const key = Buffer.alloc(16, seed)
  return createCipheriv('aes-128-ctr', key, key).update(Buffer.alloc(bytes)).toString('base64')
}
