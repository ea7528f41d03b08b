/** The cluster's processes: each in its namespace and cgroup, with a log and a record of its id in the state folder. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runtimeProcs } from './cgroup.ts'
import { enter } from './network.ts'
import { processRecord, type Slot } from './slot.ts'

/** What {@link Components.start} was given. */
type Words = Parameters<Components['start']>

/** Starts the components of one cluster, and notices when one of them ends before it should. */
export class Components {
  readonly #slot: Slot
  readonly #running = new Map<string, { child: ChildProcess; ended: Promise<unknown>; words: Words }>()
  readonly #failed = Promise.withResolvers<never>()

  constructor(slot: Slot) {
    this.#slot = slot
    // Whoever waits on it gets the error; when nobody does any more, a component's end is stop()'s doing.
    this.#failed.promise.catch(() => {})
  }

  /**
   * Starts `command` in the cluster's namespace and cgroup, logging to `DIR/NAME.log`. It is in a session of its
   * own, so that a Ctrl-C reaches only the caller, and the kernel kills it should the caller die.
   */
  async start(name: string, command: string, args: readonly string[], env = {}): Promise<void> {
    const { dir, netns } = this.#slot
    const log = await open(join(dir, `${name}.log`), 'a')
    const joinGroup = `echo $$ > ${runtimeProcs(netns)} && exec "$@"`
    const words = ['setpriv', '--pdeathsig', 'KILL', ...enter(netns), command, ...args]
    const child = spawn('sh', ['-c', joinGroup, 'sh', ...words], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, ...env },
    })
    child.unref()
    const ended = once(child, 'exit')
    this.#running.set(name, { child, ended, words: [name, command, args, env] })
    // One that is restarted was meant to end.
    const meant = () => this.#running.get(name)?.child !== child
    void ended.then(([code, signal]) => (meant() ? undefined : this.#ended(name, code ?? signal)))
    await log.close()
    await mkdir(join(dir, 'pids'), { recursive: true })
    const record = child.pid === undefined ? undefined : await processRecord(child.pid)
    if (record) await writeFile(join(dir, 'pids', `${name}.json`), JSON.stringify(record))
  }

  /** Kills a component, as a crash would, and starts it again as it was started. @throws Error when it never was */
  async restart(name: string): Promise<void> {
    const running = this.#running.get(name)
    if (running === undefined) throw new Error(`there is no component ${name}`)
    this.#running.delete(name)
    running.child.kill('SIGKILL')
    await running.ended
    await this.start(...running.words)
  }

  async #ended(name: string, how: number | string): Promise<void> {
    const text = await readFile(join(this.#slot.dir, `${name}.log`), 'utf8').catch(() => '')
    const last = text.trimEnd().split('\n').slice(-12).join('\n')
    this.#failed.reject(new Error(`${name} ended (${how}):\n${last}`))
  }

  /**
   * Asks until the answer is yes. A question that throws is a no.
   * @throws Error after `seconds`, with what the last no said; when a component ends; when `signal` says so.
   */
  async until(
    what: string,
    seconds: number,
    ask: () => Promise<boolean>,
    signal?: AbortSignal,
  ): Promise<void> {
    const end = Date.now() + seconds * 1000
    let last: unknown
    const asking = async () => {
      while (Date.now() < end) {
        signal?.throwIfAborted()
        try {
          if (await ask()) return
        } catch (error) {
          last = error
        }
        await sleep(250)
      }
      throw new Error(`waited ${seconds} s for ${what}: ${last instanceof Error ? last.message : 'not yet'}`)
    }
    await Promise.race([asking(), this.#failed.promise])
  }
}
