import { bytes } from '../../kernel/errors/index.ts'
import { countsIn, fieldsOf, textsIn } from '../../kernel/objects/index.ts'
import { type Found, fault, ok, together, warning } from './found.ts'

/** The disk that a node keeps images on, in bytes. */
export interface Disk {
  readonly available: number
  readonly capacity: number
}

/** What kubelet does when that disk fills. */
export interface Thresholds {
  /** From how many percent of use on kubelet deletes images that no pod uses; 100 for never. */
  readonly collectFrom: number
  /** After how long without use an image is deleted, as kubelet writes it (`24h0m0s`); missing for never. */
  readonly oldest?: string
  /** How little may be free before kubelet evicts pods, as kubelet writes it: `5%`, `1Gi`. */
  readonly evictBelow: string
}

/** The disk of images by kubelet's summary (k8s.io/kubelet/pkg/apis/stats/v1alpha1); nothing where it does not say. */
export function diskIn(summary: unknown): Disk | undefined {
  const { fs, runtime } = fieldsOf(fieldsOf(summary)['node'])
  for (const place of [fieldsOf(runtime)['imageFs'], fs]) {
    const { availableBytes: available, capacityBytes: capacity } = countsIn(place)
    if (available !== undefined && capacity !== undefined && capacity > 0) return { available, capacity }
  }
  return undefined
}

/** Kubelet's thresholds by its configuration (kubelet.config.k8s.io/v1beta1), its own defaults where that says nothing. */
export function thresholdsIn(configz: unknown): Thresholds {
  const config = fieldsOf(fieldsOf(configz)['kubeletconfig'])
  const { imageGCHighThresholdPercent: collectFrom = 85 } = countsIn(config)
  const { imageMaximumGCAge: oldest = '' } = textsIn(config)
  const { 'imagefs.available': evictBelow = '15%' } = textsIn(config['evictionHard'])
  return { collectFrom, evictBelow, ...(/[1-9]/.test(oldest) ? { oldest } : {}) }
}

/** Whether a node has room for what it lacks; `need` in bytes, packed and unpacked. */
export function judgeDisk({ available, capacity }: Disk, need: number, { evictBelow }: Thresholds): Found {
  const lacks = need === 0 ? 'it lacks no image' : `the images that it lacks take about ${bytes(need)}`
  const seen = `${lacks}; ${bytes(available)} of ${bytes(capacity)} are free`
  const next =
    'free some space there, such as images that no pod uses (crictl rmi --prune), or give it a larger disk'
  const left = available - need
  if (left < 0) return fault(seen, next)
  if (left < amountOf(evictBelow, capacity))
    return fault(
      `${seen}: with less than ${evictBelow} free kubelet evicts pods, and takes no new ones`,
      next,
    )
  return ok(seen)
}

/** Whether kubelet would delete images once the bundle's are there; pinned ones, as Sealift's are, it leaves alone. */
export function judgeCollection(
  { available, capacity }: Disk,
  need: number,
  { collectFrom, oldest }: Thresholds,
): Found {
  const findings: Found[] = []
  const used = Math.round((100 * (capacity - available + need)) / capacity)
  const pinned =
    'what Sealift loads is pinned, and stays; other images that cannot be pulled again would be gone'
  if (used >= collectFrom)
    findings.push(
      warning(
        `with the bundle's images its disk is ${used} % full, and from ${collectFrom} % on kubelet deletes those that no pod uses: ${pinned}`,
        'free some space there, or raise image-gc-high-threshold of kubelet',
      ),
    )
  if (oldest !== undefined)
    findings.push(
      warning(
        `kubelet deletes what no pod has used for ${oldest} (imageMaximumGCAge): ${pinned}`,
        'set image-maximum-gc-age of kubelet to 0s on a node that cannot pull',
      ),
    )
  return together(
    findings,
    ok(
      `${used} % full with the bundle's images; kubelet deletes unused ones from ${collectFrom} % on, pinned ones never`,
    ),
  )
}

const units = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 } as const

function amountOf(text: string, capacity: number): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(%|[KMGT]i)?$/.exec(text) ?? []
  if (unit === '%') return (capacity * Number(number)) / 100
  return Number(number) * (unit in units ? units[unit as keyof typeof units] : 1)
}
