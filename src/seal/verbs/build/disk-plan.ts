import * as z from 'zod'
import { type BundleLock, platformBytes } from '../../../bundle/lock/index.ts'
import { bytes } from '../../../kernel/errors/index.ts'

/** Bytes that a bundle takes, known before the first of them is moved. */
export const diskPlan = z.strictObject({
  /** On the build host, in all. */
  here: z.number(),
  /** Of each volume, or of the one file. */
  volumes: z.array(z.number()),
  /** Free on the build host; absent where that cannot be told. */
  free: z.number().exactOptional(),
  /** In a node's containerd, per platform: configs and layers, each once. What they unpack to is told by `install`. */
  node: z.record(z.string(), z.number()),
})
type DiskPlan = z.infer<typeof diskPlan>

/** What a bundle of `size` bytes takes here and on the nodes of a site. */
export function planDisk(
  lock: BundleLock,
  size: number,
  volumeSize: number | undefined,
  free: number | undefined,
): DiskPlan {
  const each = volumeSize ?? size
  const volumes = Array.from({ length: Math.ceil(size / each) }, (_, i) => Math.min(each, size - i * each))
  const node = Object.fromEntries(
    lock.platforms.map(platform => [platform, platformBytes(lock, platform)] as const),
  )
  return { here: size, volumes, ...(free === undefined ? {} : { free }), node }
}

/** The plan in a line. */
export function diskText({ here, volumes, free, node }: DiskPlan): string {
  const cut = volumes.length > 1 ? ` in ${volumes.length} volumes` : ''
  const room = free === undefined ? '' : `, ${bytes(free)} are free`
  const nodes = Object.entries(node).map(([platform, size]) => `${bytes(size)} on ${platform}`)
  return `disk: ${bytes(here)} here${cut}${room}; in a node's containerd ${nodes.join(', ')}, before unpacking`
}
