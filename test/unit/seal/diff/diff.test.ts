import { expect, test } from 'vitest'
import { lockDiff } from '../../../../src/seal/diff/index.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'

const { lock } = sampleBundle({ layers: 3 })
const withoutSecond = { ...lock, images: lock.images.slice(0, 1) }

test('layers are told apart by lock, each counted once; a delta carries all but the shared ones', () => {
  const { layers, carry, changes } = lockDiff(withoutSecond, lock)
  // The two images have their first layer in common.
  expect([layers.shared.count, layers.added.count, layers.removed.count]).toEqual([3, 2, 0])
  expect(carry.full - carry.delta).toBe(layers.shared.bytes)
  const [tool] = lock.tools
  expect(carry.delta).toBeGreaterThan(layers.added.bytes + (tool?.content.size ?? 0))
  expect(changes).toHaveLength(1)
})

test('the other way round, what was added is removed', () => {
  const { layers } = lockDiff(lock, withoutSecond)
  expect([layers.shared.count, layers.added.count, layers.removed.count]).toEqual([3, 0, 2])
})

test('a lock and itself share everything', () => {
  const { layers, changes } = lockDiff(lock, lock)
  expect(changes).toEqual([])
  expect([layers.added, layers.removed]).toEqual([
    { count: 0, bytes: 0 },
    { count: 0, bytes: 0 },
  ])
})
