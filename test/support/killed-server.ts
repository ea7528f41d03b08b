import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/**
 * Kills a program and what it has started, as the end of a container does. Each of PostgreSQL's processes leads a session of
 * its own, so that no process group has all of them.
 */
export async function killWhole(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  // One that is stopped starts nothing more while its children are counted.
  child.kill('SIGSTOP')
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').match(/\d+/g) ?? []
  child.kill('SIGKILL')
  for (const pid of children.map(Number))
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  await ended
}
