import { createHash } from 'node:crypto'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { systemCode } from '../kernel/errors/index.ts'

/** How a mark looks, for patterns of names that hold one: one group, the mark. */
export const markPattern = '([0-9a-f]{8}-[0-9a-f]{8}-\\d+-\\d+-\\d+)'

/**
 * Names this process so that a later one can tell whether it is gone: host (name and machine-id(5)), boot, namespace of
 * process ids, id and start, since ids are given again (proc_pid_stat(5)). `undefined` where there is no /proc.
 */
export async function ownMark(): Promise<string | undefined> {
  const place = await herePlace()
  const state = await stateOf(process.pid)
  return place && state && `${place}-${process.pid}-${state.start}`
}

/** Whether the process of a mark is gone for certain. Of another host's or namespace's nobody here can tell. */
export async function isGone(mark: string): Promise<boolean> {
  const [host, boot, namespace, pid, start] = mark.split('-')
  const [ownHost, ownBoot, ownNamespace] = (await herePlace())?.split('-') ?? []
  if (ownHost === undefined || host !== ownHost) return false
  if (boot !== ownBoot) return true
  if (namespace !== ownNamespace) return false
  const state = await stateOf(Number(pid)).catch(() => ({ start, ended: false }))
  // A /proc that shows each user only its own (hidepid, proc(5)) looks as if there was none.
  if (state === undefined) return !lives(Number(pid))
  return state.ended || state.start !== start
}

/** Whether there is a process of this id, of whatever start and user: only ESRCH says that there is none (kill(2)). */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) !== 'ESRCH'
  }
}

async function herePlace(): Promise<string | undefined> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const [namespace = ''] = /\d+/.exec(await readlink('/proc/self/ns/pid')) ?? []
    // Two machines may bear one name, and share a folder. Only a hash of the machine's id may be shown.
    const machine = await readFile('/etc/machine-id', 'utf8').catch(() => '')
    return [createHash('sha256').update(`${hostname()}\n${machine.trim()}`).digest('hex'), boot]
      .map(text => text.slice(0, 8))
      .concat(namespace)
      .join('-')
  } catch {
    return undefined
  }
}

/** A process's start, in ticks since boot, and whether it only waits to be buried. `undefined` when there is none. */
async function stateOf(pid: number): Promise<{ start: string | undefined; ended: boolean } | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets, and may hold blanks and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { start: fields[19], ended: fields[0] === 'Z' || fields[0] === 'X' }
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(systemCode(error) ?? '')) return undefined
    throw error
  }
}
