import { expect, test } from 'vitest'
import { bundleFile } from '../../../../../src/bundle/layout/bundle-file.ts'
import { absentLayers, printLock } from '../../../../../src/bundle/lock/index.ts'
import { readOlder } from '../../../../../src/seal/verbs/build/since.ts'
import { memoryFiles } from '../../../../support/memory-files.ts'
import { sampleDelta } from '../../../../support/sample-delta.ts'

const { older, full, delta, absent } = sampleDelta()

test('the older lock comes from a lock file, a spec folder, a bundle or a delta', async () => {
  const files = memoryFiles()
  await files.write('a.yaml', printLock(older.lock))
  await files.write('folder/bundle.lock.yaml', printLock(older.lock))
  await files.write('older.tar', older.file)
  await files.write('delta.tar', delta)
  for (const path of ['a.yaml', 'folder', 'older.tar'])
    expect((await readOlder(path, files)).images).toEqual(older.lock.images)
  expect((await readOlder('delta.tar', files)).images).toEqual(full.lock.images)
  await files.write('unlocked/bundle.yaml', 'kind: Bundle')
  await expect(readOlder('unlocked', files)).rejects.toMatchObject({ code: 'LOCK_INVALID' })
  await expect(readOlder('none', files)).rejects.toMatchObject({ code: 'FILE_FAILED' })
})

test('what both locks’ images have was there before', () => {
  const had = absentLayers(older.lock, full.lock)
  expect(absent.every(digest => had.has(digest))).toBe(true)
  expect(absentLayers({ ...older.lock, images: [] }, full.lock).size).toBe(0)
})

test('what was there for another platform only was not', () => {
  const arm = (lock: typeof older.lock) => ({
    ...lock,
    images: lock.images.map(image => ({
      ...image,
      platforms: { ...image.platforms, 'linux/arm64': image.platforms['linux/amd64'] ?? fail() },
    })),
  })
  expect(absentLayers(older.lock, arm(full.lock)).size).toBe(0)
  expect(absentLayers(arm(older.lock), full.lock).size).toBe(absentLayers(older.lock, full.lock).size)
})

function fail(): never {
  throw new Error('the sample is for linux/amd64')
}

test('a delta’s file says since when; names that are paths are refused', () => {
  const named = (version: string) => ({ ...older.lock, metadata: { name: 'infisical', version } })
  expect(bundleFile(named('1.1.0'))).toBe('infisical-1.1.0.tar')
  expect(bundleFile(named('1.1.0'), named('1.0.0'))).toBe('infisical-1.1.0.since-1.0.0.tar')
  for (const version of ['../1', '', '.', 'a/b', 'x'.repeat(65)]) {
    expect(() => bundleFile(named('1.1.0'), named(version))).toThrow(
      expect.objectContaining({ code: 'BUNDLE_MALFORMED' }),
    )
  }
})
