/** The PodPrograms port without a cluster: programs of this machine in the place of a pod's, or none at all. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { SealiftError } from '../../src/kernel/errors/index.ts'
import type { PodPrograms } from '../../src/kernel/ports/index.ts'

/** For sites where nobody runs a program. */
export const noPrograms: PodPrograms = {
  behindService: async () => undefined,
  run: () => Promise.reject(new Error('no program is run here')),
}

/** What a test may do on the way of a program's streams. */
export interface Watching {
  /** Sees every command before it is run. */
  readonly onRun?: (command: readonly string[]) => void
  /** Folder that is searched before PATH. */
  readonly bin?: string
}

/** One pod behind every Service, whose programs are this machine's. */
export function localPrograms(watching: Watching = {}): PodPrograms {
  return {
    behindService: async (namespace, service, port) => ({
      namespace,
      pod: `${service}-0`,
      container: 'main',
      port,
    }),
    async run(_place, command, { input, output, signal }) {
      signal?.throwIfAborted()
      watching.onRun?.(command)
      const [program = '', ...words] = command
      const path = [watching.bin, process.env['PATH']].filter(Boolean).join(':')
      const child = spawn(program, words, { stdio: 'pipe', env: { PATH: path } })
      const stop = () => child.kill('SIGKILL')
      signal?.addEventListener('abort', stop, { once: true })
      const said = { stdout: '', stderr: '' }
      child.stderr.on('data', (bytes: Buffer) => {
        said.stderr += bytes
      })
      const closed = new Promise<[number | null, string | null]>(resolve => {
        child.on('close', (...ended) => resolve(ended))
      })
      const started = once(child, 'spawn')
      // A program that ends before its input does.
      child.stdin.on('error', () => {})
      const take = async () => {
        for await (const bytes of child.stdout)
          if (output) await output(bytes)
          else said.stdout += bytes
      }
      const feed = async () => {
        if (input === undefined) return void child.stdin.end()
        for await (const bytes of input) {
          if (child.stdin.destroyed || child.exitCode !== null) break
          if (!child.stdin.write(bytes))
            await Promise.race([once(child.stdin, 'drain').catch(() => {}), closed])
        }
        child.stdin.end()
      }
      try {
        await started.catch((error: unknown) => {
          throw new SealiftError('CLUSTER_FAILED', `no program can be run: ${error}`)
        })
        const fed = feed()
        fed.catch(stop)
        await Promise.all([take(), fed])
        const [code, killed] = await closed
        signal?.throwIfAborted()
        return { ...said, ...(code === null ? { message: `killed by ${killed}` } : { code }) }
      } finally {
        signal?.removeEventListener('abort', stop)
        stop()
      }
    },
  }
}
