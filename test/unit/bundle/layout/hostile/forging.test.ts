import { expect, test } from 'vitest'
import { withEntries, withIndex } from '../../../../support/forged-bundle.ts'
import { sampleImages } from '../../../../support/sample-bundle.ts'
import { file, lock } from './refused.ts'

test('the forging tools change nothing by themselves', () => {
  expect(withEntries(file, entries => entries).equals(file)).toBe(true)
  expect(withIndex(file, manifests => manifests).equals(file)).toBe(true)
  expect(sampleImages.plain).toBe(lock.images[0]?.name)
})
