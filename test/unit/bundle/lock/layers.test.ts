/** Layers that locks name, and those that a delta leaves out. */
import { expect, test } from 'vitest'
import { absentLayers, layersOf } from '../../../../src/bundle/lock/index.ts'
import { d, image } from './small-lock.ts'

const [a, b, c] = [image('r.io/a:1', 'a'), image('r.io/b:1', 'b'), image('r.io/c:1', 'c')]

test('layers count once, whatever images and platforms share them', () => {
  const again = { ...image('r.io/b:2', 'b'), reasons: [] }
  expect([...layersOf({ images: [b, again] })]).toEqual([[d('layer b'), 2]])
})

test('layers that an older lock had are those a delta leaves out; configs never are', () => {
  expect([...absentLayers({ images: [a, b] }, { images: [b, c] })]).toEqual([[d('layer b'), 2]])
  expect(absentLayers({ images: [a] }, { images: [c] }).size).toBe(0)
})
