import { randomBytes } from 'node:crypto'
import { rmdir } from 'node:fs/promises'
import { markPattern } from '../owner.ts'
import { markOf, mountPrefix } from '../temporary.ts'
import { type Ctr, Killed } from './ctr.ts'
import type { Machine } from './machine.ts'
import { type Lease, parseLeases } from './table.ts'

// `ctr` makes its lease for an import by itself, under a name of chance, and no flag or variable gives it another one.
// One of ours right before shows later whose it was. It holds nothing, and outlives ctr's, which ends after a day.
// The mark is a process's, or a pod's uid.
const podPattern = 'pod-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const marker = new RegExp(`^sealift-import-(?:${markPattern}|(${podPattern}))-\\w+$`)
const markIn = (id: string) => {
  const [, process, pod] = marker.exec(id) ?? []
  return process ?? pod
}
const markerLife = '25h'
const chance = /^\d{1,9}-[\w-]{4}$/
/**
 * How long after the marker `ctr` may take to make its lease, in milliseconds. Measured on 2 cores, from the marker's
 * call on: 0.11 s idle, 0.73 s with 8 busy processes, 2.0 s with 32; listed, the two were one second apart at most.
 */
const slack = 3_000

const isMarker = ({ id }: Lease) => marker.test(id)
const list = async (ctr: Ctr) => parseLeases(await ctr(['leases', 'ls']))

/**
 * The leases among all that killed imports and mounts have left: those that `gone` says the marked process of is gone.
 * An import makes one lease, right after its marker. Kubelet's pulls and people's imports make the like, and fail
 * without it, and whole seconds tell no order: of more than one there, none is taken, and ctr's ends after a day.
 * Markers come last.
 */
export async function leftLeases(
  leases: readonly Lease[],
  gone: (mark: string) => Promise<boolean>,
): Promise<Lease[]> {
  const markers = await Promise.all(
    leases.filter(isMarker).map(async lease => ({
      lease,
      left: await gone(markIn(lease.id) ?? ''),
    })),
  )
  const after = ({ lease: { created } }: { readonly lease: Lease }) =>
    leases.filter(
      one => chance.test(one.id) && one.expires && one.created >= created && one.created <= created + slack,
    )
  const running = new Set(markers.filter(one => !one.left).flatMap(after))
  const alone = markers
    .filter(one => one.left)
    .map(after)
    .filter(({ length }) => length === 1)
  const imported = new Set(alone.flat().filter(lease => !running.has(lease)))
  const left: Lease[] = []
  for (const lease of leases) {
    const mark = markOf(lease.id, mountPrefix)
    if (imported.has(lease) || (mark !== undefined && (await gone(mark)))) left.push(lease)
  }
  return [...left, ...markers.filter(one => one.left).map(({ lease }) => lease)]
}

/**
 * Runs an import of `ctr` so that its lease ends with it, however it ends.
 * @throws whatever the import throws
 */
export async function marked(
  { ctr, mark: ownMark }: Pick<Machine, 'ctr' | 'mark'>,
  work: () => Promise<unknown>,
): Promise<void> {
  const id = `sealift-import-${(await ownMark()) ?? 'unknown'}-${randomBytes(4).toString('hex')}`
  await ctr(['leases', 'create', '--id', id, '--expires', markerLife])
  const mark = markIn(id)
  try {
    await work()
  } catch (error) {
    // A ctr that was killed leaves its lease; one that fails by itself ends it, and what is there then is another's.
    const killed = error instanceof Error && error.cause instanceof Killed
    const own = async () => (killed ? leftLeases(await list(ctr), async one => one === mark) : [{ id }])
    // Where even that cannot be mended, the next run does.
    await own()
      .then(leases => end(ctr, leases))
      .catch(() => {})
    throw error
  }
  await ctr(['leases', 'rm', id])
}

/** Leases, and folders with an image mounted, that killed processes have left. */
export interface Leftovers {
  readonly leases: readonly Lease[]
  readonly mounts: readonly string[]
}

/** Looks for what killed processes have left. @throws SealiftError LOAD_FAILED */
export async function leftovers({
  ctr,
  isGone,
  leftMounts,
}: Pick<Machine, 'ctr' | 'isGone' | 'leftMounts'>): Promise<Leftovers> {
  const leases = await leftLeases(await list(ctr), isGone)
  const mounts = leases.map(({ id }) => id).filter(id => markOf(id, mountPrefix) !== undefined)
  return { leases, mounts: [...new Set([...mounts, ...(await leftMounts())])] }
}

/** Unmounts and ends what killed processes have left; content and snapshots of it are gone then. @throws SealiftError LOAD_FAILED */
export async function endLeftovers(
  machine: Pick<Machine, 'ctr' | 'isGone' | 'leftMounts'>,
): Promise<Leftovers> {
  const { ctr } = machine
  const { leases, mounts } = await leftovers(machine)
  for (const target of mounts) {
    // With its lease all goes that was unpacked half; where that has ended, only this takes the mounted snapshot away.
    const leased = leases.some(({ id }) => id === target)
    await ctr(['images', 'unmount', ...(leased ? [] : ['--rm']), target])
    await rmdir(target).catch(() => {}) // or the next sweep does
  }
  await end(ctr, leases)
  return { leases, mounts }
}

/** Waits until what only these leases held is collected. One that has ended meanwhile is fine. @throws SealiftError LOAD_FAILED */
export async function end(ctr: Ctr, leases: readonly Pick<Lease, 'id'>[]): Promise<void> {
  for (const { id } of leases) {
    try {
      await ctr(['leases', 'rm', '--sync', id])
    } catch (error) {
      if ((await list(ctr)).some(lease => lease.id === id)) throw error
    }
  }
}
