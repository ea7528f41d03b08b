import { expect, test } from 'vitest'
import { digestOf } from '../../../../../src/kernel/oci/index.ts'
import { groupsNeeded, imageGroups } from '../../../../../src/site/verbs/install/image-groups.ts'

const content = (name: string, size: number) => ({ digest: digestOf(name), size })

/** An image of so many bytes that these charts name. */
const image = (name: string, size: number, ...charts: string[]) => ({
  name,
  digest: digestOf(name),
  platforms: {
    'linux/amd64': {
      manifest: digestOf(`${name} manifest`),
      config: content(`${name} config`, 1),
      layers: { [digestOf(`${name} layer`)]: size },
    },
  },
  reasons: charts.map(chart => ({ chart, object: 'Deployment/x', field: 'image' })),
})
const charts = [
  { name: 'big', release: 'b' },
  { name: 'small', release: 's' },
  { name: 'bare', release: 'n' },
]
const groupsOf = (images: ReturnType<typeof image>[]) => imageGroups({ images }, charts, 'linux/amd64')
const shown = (images: ReturnType<typeof image>[]) =>
  groupsOf(images).map(({ id, images }) => [id, [...images].join()])

test('images are loaded release by release, the smallest first', () => {
  const images = [image('a', 900, 'big'), image('b', 10, 'small'), image('c', 100, 'big')]
  expect(shown(images)).toEqual([
    ['images-s', 'b'],
    ['images-b', 'a,c'],
  ])
  const groups = groupsOf(images)
  expect(charts.map(chart => groupsNeeded({ images }, chart, groups))).toEqual([
    ['images-b'],
    ['images-s'],
    [],
  ])
})

test('an image of two releases is loaded once, and both wait for it', () => {
  const images = [image('both', 500, 'small', 'big'), image('own', 10, 'small')]
  const groups = groupsOf(images)
  expect(groups.map(({ images }) => [...images])).toEqual([['own'], ['both']])
  expect(groupsNeeded({ images }, { name: 'small' }, groups)).toEqual(['images-s', 'images-b'])
  expect(groupsNeeded({ images }, { name: 'big' }, groups)).toEqual(['images-b'])
})

test('every release waits for what no chart of the bundle names', () => {
  const images = [image('a', 1, 'big'), image('x', 9, 'spec'), image('y', 9)]
  expect(shown(images)).toEqual([
    ['images-b', 'a'],
    ['images', 'x,y'],
  ])
  const groups = groupsOf(images)
  expect(groupsNeeded({ images }, { name: 'bare' }, groups)).toEqual(['images'])
})

test('where all are one group, that has no release’s name', () => {
  expect(shown([image('a', 1, 'big')])).toEqual([['images', 'a']])
  expect(shown([])).toEqual([])
})
