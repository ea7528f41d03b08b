import { expect, test } from 'vitest'
import { diskIn, judgeCollection, judgeDisk, thresholdsIn } from '../../../../src/site/preflight/index.ts'

const gigabyte = 1e9
const disk = { available: 20 * gigabyte, capacity: 100 * gigabyte }
const k3s = thresholdsIn({
  kubeletconfig: {
    imageGCHighThresholdPercent: 85,
    imageMaximumGCAge: '0s',
    evictionHard: { 'imagefs.available': '5%', 'nodefs.available': '5%' },
  },
})

test('what kubelet says of its disk and its thresholds', () => {
  const fs = { availableBytes: 1, capacityBytes: 2, usedBytes: 1 }
  expect(diskIn({ node: { fs, runtime: { imageFs: { availableBytes: 3, capacityBytes: 4 } } } })).toEqual({
    available: 3,
    capacity: 4,
  })
  expect(diskIn({ node: { fs } })).toEqual({ available: 1, capacity: 2 })
  expect(diskIn({ node: { fs: { availableBytes: 1 } } })).toBeUndefined()
  expect(diskIn(null)).toBeUndefined()
  expect(k3s).toEqual({ collectFrom: 85, evictBelow: '5%' })
  expect(thresholdsIn({ kubeletconfig: { imageMaximumGCAge: '24h0m0s' } })).toEqual({
    collectFrom: 85,
    evictBelow: '15%',
    oldest: '24h0m0s',
  })
})

test('room enough', () => {
  expect(judgeDisk(disk, 2 * gigabyte, k3s)).toMatchObject({
    result: 'ok',
    seen: 'the images that it lacks take about 2.0 GB; 20.0 GB of 100.0 GB are free',
  })
  expect(judgeDisk({ ...disk, available: 6 * gigabyte }, 0, k3s).seen).toMatch(/^it lacks no image/)
})

test('no room for the images, or so little left that kubelet evicts pods, is a fault', () => {
  expect(judgeDisk(disk, 21 * gigabyte, k3s).result).toBe('fault')
  expect(judgeDisk(disk, 16 * gigabyte, k3s)).toMatchObject({
    result: 'fault',
    seen: expect.stringContaining('with less than 5% free kubelet evicts pods'),
  })
  expect(judgeDisk(disk, 18 * gigabyte, { ...k3s, evictBelow: '3Gi' }).result).toBe('fault')
  expect(judgeDisk(disk, 15 * gigabyte, { ...k3s, evictBelow: '3Gi' }).result).toBe('ok')
})

test('a disk on which kubelet would collect, or by age, is a warning', () => {
  expect(judgeCollection(disk, 2 * gigabyte, k3s)).toMatchObject({
    result: 'ok',
    seen: expect.stringContaining('82 % full'),
  })
  expect(judgeCollection(disk, 6 * gigabyte, k3s)).toMatchObject({
    result: 'warning',
    seen: expect.stringContaining('86 % full, and from 85 % on kubelet deletes'),
  })
  const aged = judgeCollection(disk, 0, { ...k3s, oldest: '24h0m0s' })
  expect(aged).toMatchObject({ result: 'warning', seen: expect.stringContaining('imageMaximumGCAge') })
})
