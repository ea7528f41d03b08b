/** Runs programs and measures them from outside: time, memory, bytes written. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What one run took. */
export interface Measured {
  readonly seconds: number
  /** Seconds of processor time, of all its processes together: hardly changed by what else the machine does. */
  readonly cpu: number
  /** The largest resident set of any of its processes, in bytes. */
  readonly peak: number
  /** Bytes given to the kernel to write, to files and pipes alike, by all its processes together. */
  readonly written: number
  /** Bytes that are to reach a disk, whole pages, as the kernel counts them. */
  readonly toDisk: number
  readonly stdout: string
}

/** Command words. */
export type Words = readonly string[]

/** One shell word. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

/**
 * Runs commands one after the other, in a process group that ends with `signal`.
 * @throws Error with the end of what they said when one fails
 */
export async function measured(
  commands: readonly (Words | string)[],
  options: { readonly signal: AbortSignal; readonly env?: Readonly<Record<string, string>> },
): Promise<Measured> {
  const { signal } = options
  signal.throwIfAborted()
  const dir = await mkdtemp(join(tmpdir(), 'sealift-measure-'))
  const [timeFile, ioFile] = [join(dir, 'time'), join(dir, 'io')]
  const lines = commands.map(one => (typeof one === 'string' ? one : one.map(quoted).join(' ')))
  // A shell's own io account takes in that of every child that it waited for.
  const script = ['set -e', ...lines, `cat /proc/$$/io >${quoted(ioFile)}`].join('\n')
  const started = performance.now()
  // Not measured from here: a program's peak would begin at that of the process that started it.
  const child = spawn('/usr/bin/time', ['-q', '-o', timeFile, '-f', '%M %U %S', 'bash', '-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  })
  const end = () => {
    const running = child.exitCode === null && child.signalCode === null
    if (child.pid !== undefined && running) process.kill(-child.pid, 'SIGKILL')
  }
  signal.addEventListener('abort', end)
  try {
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', chunk => out.push(chunk))
    child.stderr.on('data', chunk => err.push(chunk))
    const [code] = await once(child, 'close')
    const seconds = (performance.now() - started) / 1000
    signal.throwIfAborted()
    if (code !== 0)
      throw new Error(
        `${lines.join('; ').slice(0, 300)}\nended with ${code}: ${String(Buffer.concat(err)).slice(-1500)}`,
      )
    const io = await readFile(ioFile, 'utf8')
    const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(io)?.[1])
    const [kibibytes = 0, user = 0, system = 0] = (await readFile(timeFile, 'utf8')).split(' ').map(Number)
    return {
      seconds,
      cpu: user + system,
      peak: kibibytes * 1024,
      written: count('wchar'),
      toDisk: count('write_bytes'),
      stdout: Buffer.concat(out).toString(),
    }
  } finally {
    signal.removeEventListener('abort', end)
    await rm(dir, { recursive: true, force: true })
  }
}
