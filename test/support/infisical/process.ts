import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../free-port.ts'

/** A stand-in server as a process on loopback. */
export interface StandIn {
  readonly url: string
  readonly child: ChildProcess
  /** Everything it has printed so far, stdout and stderr. */
  output(): string
  /** Waits until it answers. @throws Error with its output when it ends first, or after 30 s */
  ready(): Promise<void>
  /** Waits for its end; the exit code, or null after a signal. */
  ended(): Promise<number | null>
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>
}

/** A fresh ENCRYPTION_KEY and AUTH_SECRET, in the forms that Infisical wants. */
export const newKeys = (): { ENCRYPTION_KEY: string; AUTH_SECRET: string } => ({
  ENCRYPTION_KEY: randomBytes(16).toString('hex'),
  AUTH_SECRET: randomBytes(32).toString('base64'),
})

const source = join(import.meta.dirname, 'server', 'main.ts')

/**
 * Starts the server with exactly `env` (and a free port); does not wait for it.
 * `main` is its source, or the file that `bundleServer` made of it.
 */
export async function startStandIn(env: Readonly<Record<string, string>>, main = source): Promise<StandIn> {
  const port = await freePort()
  const full = { HOST: '127.0.0.1', PORT: String(port), STAND_IN_REDIS_CONNECTIONS: '5', ...env }
  const child = spawn(process.execPath, [main], { env: full, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const keep = (chunk: unknown) => {
    output += String(chunk)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const exit = once(child, 'close')
  const url = `http://127.0.0.1:${port}`

  const ready = async () => {
    const deadline = Date.now() + 30_000
    while (child.exitCode === null && Date.now() < deadline) {
      const answer = await fetch(`${url}/api/status`).catch(() => undefined)
      // The last line of the start as well: what it printed before has then been read, too.
      if (answer?.ok && output.includes('Server listening')) return
      await sleep(50)
    }
    throw new Error(`the stand-in is not ready:\n${output}`)
  }
  const ended = async () => {
    await exit
    return child.exitCode
  }
  const stop = () => {
    child.kill('SIGTERM')
    return ended()
  }
  return { url, child, output: () => output, ready, ended, stop }
}
