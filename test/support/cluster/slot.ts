/**
 * Which clusters this machine has: each holds a slot (1 to 250), a folder under {@link clustersDir}, from which
 * its addresses and names follow, so that several run side by side.
 */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The folder that holds one folder per cluster. On disk (images are unpacked in it), short (socket paths), root's. */
export const clustersDir = '/var/lib/sealift-test'

/** A process by id and start time, which together name one process for as long as the machine is up. */
export interface ProcessRecord {
  readonly pid: number
  /** Start time in clock ticks since boot, as /proc/PID/stat gives it. */
  readonly started: string
}

/** What a cluster is called and which part of the machine is its own. */
export interface Slot {
  readonly number: number
  readonly name: string
  readonly dir: string
  /** Network namespace and cgroup have this name. */
  readonly netns: string
  /** The host's end of the veth pair. */
  readonly hostLink: string
  readonly hostIp: string
  readonly nodeIp: string
  /** The addresses of its node's pods. */
  readonly podCidr: string
}

/** The record of a running process, or undefined when there is none of that id. */
export async function processRecord(pid: number): Promise<ProcessRecord | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The second field is the program's name in brackets and may hold anything, so count from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const started = fields[19]
  return started === undefined || fields[0] === 'Z' ? undefined : { pid, started }
}

/** Whether that very process still runs. */
export async function isRunning(record: ProcessRecord): Promise<boolean> {
  return (await processRecord(record.pid))?.started === record.started
}

/** Everything that follows from a slot's number. */
export function slotOf(number: number, name = `sealift-${number}`): Slot {
  return {
    number,
    name,
    dir: join(clustersDir, `slot-${number}`),
    netns: `sealift-${number}`,
    hostLink: `sealift${number}`,
    hostIp: `10.99.${number}.1`,
    nodeIp: `10.99.${number}.2`,
    podCidr: '10.42.0.0/24',
  }
}

/** The part of the machine of a cluster's second node: inside the first one's folder, and behind its namespace. */
export function secondOf({ number, name, dir, netns }: Slot): Slot {
  return {
    number,
    name: `${name}-b`,
    dir: join(dir, 'b'),
    netns: `${netns}-b`,
    hostLink: 'second',
    hostIp: `10.98.${number}.1`,
    nodeIp: `10.98.${number}.2`,
    podCidr: '10.42.1.0/24',
  }
}

/**
 * Takes a free slot for the calling process: its folder appears by rename, with its owner's record in it.
 * @throws Error when all are taken.
 */
export async function claimSlot(name?: string): Promise<Slot> {
  await mkdir(clustersDir, { recursive: true })
  const claim = await mkdtemp(join(clustersDir, 'claim-'))
  await writeFile(join(claim, 'owner.json'), JSON.stringify(await processRecord(process.pid)))
  for (let number = 1; number <= 250; number++) {
    const slot = slotOf(number, name)
    const taken = await rename(claim, slot.dir).then(() => false, isTaken)
    if (!taken) return slot
  }
  await rm(claim, { recursive: true })
  throw new Error(`all slots in ${clustersDir} are taken`)
}

function isTaken(error: NodeJS.ErrnoException): boolean {
  if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST') return true
  throw error
}

/** Gives a slot back, with its folder's name first: whoever takes it next must not meet this one's removal. */
export async function freeSlot(slot: Slot): Promise<void> {
  const gone = await mkdtemp(join(clustersDir, 'gone-'))
  await rename(slot.dir, gone).catch(isMissing)
  await rm(gone, { recursive: true, force: true })
}

function isMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** Slots whose owner runs no more: what a killed run left behind. */
export async function abandonedSlots(): Promise<Slot[]> {
  const names = await readdir(clustersDir).catch(() => [])
  const slots = names.flatMap(name => (/^slot-\d+$/.test(name) ? [slotOf(Number(name.slice(5)))] : []))
  const owned = await Promise.all(slots.map(isOwned))
  return slots.filter((_, i) => !owned[i])
}

async function isOwned(slot: Slot): Promise<boolean> {
  const text = await readFile(join(slot.dir, 'owner.json'), 'utf8').catch(() => undefined)
  return text !== undefined && isRunning(JSON.parse(text) as ProcessRecord)
}
