import { createHash } from 'node:crypto'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { systemCode } from '../kernel/errors/index.ts'

/** How a mark looks, for patterns of names that hold one: one group, the mark. */
export const markPattern = '([0-9a-f]{8}-[0-9a-f]{8}-\\d+-\\d+-\\d+)'

/**
 * Names this process so that a later one can tell whether it is gone: host, boot, namespace of process ids, id and
 * start, since ids are given again (proc_pid_stat(5)). `undefined` where there is no /proc.
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
  return state === undefined || state.ended || state.start !== start
}

async function herePlace(): Promise<string | undefined> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const [namespace = ''] = /\d+/.exec(await readlink('/proc/self/ns/pid')) ?? []
    return [createHash('sha256').update(hostname()).digest('hex'), boot]
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
