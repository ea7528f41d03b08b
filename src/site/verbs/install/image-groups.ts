import { type BundleLock, type LockedImage, platformBytes } from '../../../bundle/lock/index.ts'
import type { ChartSpec } from '../../../kernel/inputs/index.ts'
import type { Installation } from './installation.ts'

/** Images that are loaded together, so that whoever needs no others can go on. */
export interface ImageGroup {
  /** The step's id: `images-RELEASE`, or `images` for those that no chart names, or where this is the only group. */
  readonly id: string
  /** The chart that needs them; absent for those that none names. */
  readonly chart?: string
  /** Names as the bundle has them. */
  readonly images: ReadonlySet<string>
}

type Needed = Pick<LockedImage, 'reasons'>
const isOf =
  ({ name }: Pick<ChartSpec, 'name'>) =>
  ({ reasons }: Needed) =>
    reasons.some(({ chart }) => chart === name)

/**
 * A bundle's images by the release that needs them, as the lock's reasons tell: each image in one group, the smallest
 * group first, for a small one is there soon and holds up a large one for little. One that several releases need is in
 * the first one's.
 */
export function imageGroups(
  lock: Pick<BundleLock, 'images'>,
  charts: readonly Pick<ChartSpec, 'name' | 'release'>[],
  platform: string,
): ImageGroup[] {
  const left = new Set(lock.images)
  const take = (wanted: (image: LockedImage) => boolean) => {
    const images = [...left].filter(wanted)
    for (const image of images) left.delete(image)
    return images
  }
  const ofCharts = charts.map(chart => ({
    id: `images-${chart.release}`,
    chart: chart.name,
    images: take(isOf(chart)),
  }))
  const bytes = (images: LockedImage[]) => platformBytes({ images }, platform)
  const groups = [...ofCharts, { id: 'images', images: take(() => true) }]
    .filter(({ images }) => images.length > 0)
    .sort((a, b) => bytes(a.images) - bytes(b.images))
    .map(group => ({ ...group, images: new Set(group.images.map(({ name }) => name)) }))
  return groups.length === 1 ? groups.map(({ images }) => ({ id: 'images', images })) : groups
}

/** The groups in which an installation brings its images. */
export function installationGroups({ bundle, wired, host, way }: Installation): ImageGroup[] {
  if (way.whole) return oneGroup(bundle.lock)
  return imageGroups(bundle.lock, wired.spec.charts, host.platform)
}

/** All images at once, for a way of loading that takes the bundle's file as it is. */
export function oneGroup({ images }: Pick<BundleLock, 'images'>): ImageGroup[] {
  return images.length === 0 ? [] : [{ id: 'images', images: new Set(images.map(({ name }) => name)) }]
}

/**
 * Ids of the groups that a release has to wait for: those with an image of its own, and what no chart names, for nobody
 * knows whose that is.
 */
export function groupsNeeded(
  lock: Pick<BundleLock, 'images'>,
  chart: Pick<ChartSpec, 'name'>,
  groups: readonly ImageGroup[],
): string[] {
  const own = lock.images.filter(isOf(chart)).map(({ name }) => name)
  return groups
    .filter(group => group.chart === undefined || own.some(name => group.images.has(name)))
    .map(({ id }) => id)
}
