import type { Digest } from '../../kernel/oci/index.ts'
import type { BundleLock } from './lock.ts'

/** Every image layer of a lock once, with its bytes. */
export function layersOf({ images }: Pick<BundleLock, 'images'>): Map<Digest, number> {
  const carried = images.flatMap(({ platforms }) => Object.values(platforms))
  return new Map(carried.flatMap(({ layers }) => Object.entries(layers) as [Digest, number][]))
}

/**
 * The layers of `now`, with their bytes, that images of `old` had: exactly what a delta leaves out. A layer that one
 * platform needs now and only another one had is not among them, since a node has the layers of its own platform
 * only. Manifests, configs, charts and tools always travel.
 */
export function absentLayers(
  old: Pick<BundleLock, 'images'>,
  now: Pick<BundleLock, 'images'>,
): Map<Digest, number> {
  const before = new Set(perPlatform(old).map(({ place }) => place))
  const fresh = new Set(perPlatform(now).flatMap(({ digest, place }) => (before.has(place) ? [] : [digest])))
  return new Map([...layersOf(now)].filter(([digest]) => !fresh.has(digest)))
}

function perPlatform({ images }: Pick<BundleLock, 'images'>) {
  return images.flatMap(({ platforms }) =>
    Object.entries(platforms).flatMap(([platform, { layers }]) =>
      (Object.keys(layers) as Digest[]).map(digest => ({ digest, place: `${platform} ${digest}` })),
    ),
  )
}

/** Every blob that a lock names, with its bytes: layers, configs, charts and tools. Manifests of images are not among them. */
export function contentOf(lock: Pick<BundleLock, 'images' | 'charts' | 'tools'>): Map<Digest, number> {
  const contents = [
    ...lock.images.flatMap(({ platforms }) => Object.values(platforms).map(({ config }) => config)),
    ...lock.charts.flatMap(chart => [chart.manifest, chart.package]),
    ...lock.tools.map(({ content }) => content),
  ]
  return new Map([...layersOf(lock), ...contents.map(({ digest, size }) => [digest, size] as const)])
}
