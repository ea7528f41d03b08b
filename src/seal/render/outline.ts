import { findImages, type RenderedChart } from '../resolve/index.ts'
import type { Outline } from './differences-by.ts'

/**
 * What is rendered, as far as it counts: objects, images, and texts that look like images. Fields are left out: charts
 * make up passwords and certificates anew at each rendering. With `byKind` names are left out as well, of which the same
 * is true in some charts.
 */
export function outlineOf({ metadata, objects }: RenderedChart, byKind: boolean): Outline {
  const { images, suspects } = findImages([{ metadata, objects }])
  const counts = new Map<string, number>()
  for (const { kind } of objects) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const names = byKind
    ? [...counts].flatMap(([kind, most]) => Array.from({ length: most }, (_, i) => `${kind} ${i + 1}`))
    : objects.map(({ title }) => title)
  return new Set([
    ...names,
    ...images.map(({ name }) => `image ${name}`),
    ...suspects.map(({ text }) => `possible image ${text}`),
  ])
}
