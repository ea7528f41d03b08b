/** Ends a cluster from what is written down about it, whoever started it: by id, never by a program's name. */
import { once } from 'node:events'
import { readdir, readFile, readlink, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { cgroupPids, removeCgroup } from './cgroup.ts'
import { removeNetwork } from './network.ts'
import { abandonedSlots, freeSlot, isRunning, type ProcessRecord, type Slot, secondOf } from './slot.ts'

/**
 * Ends all of a cluster: components, pods, shims, mounts, namespace, cgroup and folder. Nothing in it is asked to
 * save anything: its state is thrown away. With SEALIFT_KEEP=1 the folder stays, until the next cluster starts.
 * @throws Error when a process will not end.
 */
export async function tearDown(slot: Slot): Promise<void> {
  const second = secondOf(slot)
  for (const node of [second, slot]) {
    await killRecorded(node)
    await killCgroup(node)
  }
  const outside = await foldersOutside(slot.dir)
  const states = [slot, second].map(({ dir }) => join(dir, 'containerd-state'))
  for (const state of [...states, ...outside]) await forgetPods(state)
  for (const folder of [slot.dir, ...outside]) await unmountBelow(folder)
  await removeNetwork(slot)
  await execa('ip', ['netns', 'delete', second.netns], { reject: false })
  for (const { netns } of [second, slot]) await removeCgroup(netns)
  await removeLinksInto(slot.dir, '/var/log/containers')
  for (const folder of outside) await rm(folder, { recursive: true, force: true })
  if (process.env['SEALIFT_KEEP'] !== '1') await freeSlot(slot)
}

/**
 * Ends what a killed earlier run left, and says so. One process at a time does it: of two, the slower would
 * otherwise end what the quicker had started in the same slot.
 */
export async function stopLeftovers(log: (line: string) => void = () => {}): Promise<void> {
  const unlock = await lock()
  try {
    for (const slot of await abandonedSlots()) {
      log(`removing what an earlier run left in ${slot.dir}`)
      await tearDown(slot)
      await freeSlot(slot)
    }
  } finally {
    unlock()
  }
}

/** A socket without a file: the kernel gives its name to one process, and takes it back when that one ends. */
async function lock(): Promise<() => void> {
  for (;;) {
    const server = createServer().listen('\0sealift-test-leftovers')
    const taken = await once(server, 'listening').then(() => false, isInUse)
    if (!taken) return () => void server.close()
    await sleep(100)
  }
}

function isInUse(error: NodeJS.ErrnoException): boolean {
  if (error.code === 'EADDRINUSE') return true
  throw error
}

async function killRecorded(slot: Slot): Promise<void> {
  const folder = join(slot.dir, 'pids')
  for (const name of await readdir(folder).catch(() => [])) {
    const record = JSON.parse(await readFile(join(folder, name), 'utf8')) as ProcessRecord
    if (await isRunning(record)) kill(record.pid)
  }
}

/** Kills until nothing is left, since a process may start another while it is being ended. */
async function killCgroup(slot: Slot): Promise<void> {
  for (let round = 0; round < 200; round++) {
    const pids = await cgroupPids(slot.netns)
    if (pids.length === 0) return
    pids.forEach(kill)
    await sleep(50)
  }
  throw new Error(`processes of ${slot.netns} do not end: ${(await cgroupPids(slot.netns)).join(' ')}`)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Folders outside the state folder that a distribution says are this cluster's own. */
async function foldersOutside(dir: string): Promise<string[]> {
  const text = await readFile(join(dir, 'outside.json'), 'utf8').catch(() => '[]')
  return JSON.parse(text) as string[]
}

/** Removes what a pod leaves in places that all containerds of a machine share: its shim's socket and CNI's notes. */
async function forgetPods(containerdState: string): Promise<void> {
  const tasks = join(containerdState, 'io.containerd.runtime.v2.task', 'k8s.io')
  const results = '/var/lib/cni/results'
  const noted = await readdir(results).catch(() => [])
  for (const id of await readdir(tasks).catch(() => [])) {
    const address = await shimAddress(join(tasks, id))
    if (address.startsWith('unix:///')) await rm(address.slice(7), { force: true })
    for (const name of noted.filter(file => file.includes(id))) {
      await removePodNamespace(await readFile(join(results, name), 'utf8'))
      await rm(join(results, name), { force: true })
    }
  }
}

/** Where a shim listens, as containerd 1 writes it down, or 2. */
async function shimAddress(task: string): Promise<string> {
  const text = (name: string) => readFile(join(task, name), 'utf8').catch(() => '')
  const bootstrap = await text('bootstrap.json')
  if (bootstrap === '') return (await text('address')).trim()
  return (JSON.parse(bootstrap) as { address: string }).address
}

/** A pod's network namespace is a mount, which CNI's note names; K3s keeps them all in /run/netns. */
async function removePodNamespace(note: string): Promise<void> {
  const path = /"sandbox":"(?:\/var)?\/run\/netns\/(cni-[-0-9a-f]+)"/.exec(note)?.[1]
  if (path !== undefined) await execa('ip', ['netns', 'delete', path], { reject: false })
}

/** Mount points at or below a folder, deepest last, as the kernel lists them. */
async function mountsBelow(dir: string): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')
  return lines
    .map(line => line.split(' ')[4] ?? '')
    .filter(path => path === dir || path.startsWith(`${dir}/`))
}

async function unmountBelow(dir: string): Promise<void> {
  for (const path of (await mountsBelow(dir)).reverse())
    await execa('umount', ['-l', path], { reject: false })
  const left = await mountsBelow(dir)
  if (left.length > 0) throw new Error(`still mounted: ${left.join(' ')}`)
}

/** kubelet links each container's log into one folder of the machine. */
async function removeLinksInto(dir: string, folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const target = await readlink(join(folder, name)).catch(() => '')
    if (target.startsWith(`${dir}/`)) await rm(join(folder, name), { force: true })
  }
}
