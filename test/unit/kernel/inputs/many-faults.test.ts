import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { parseSpec } from '../../../../src/kernel/inputs/index.ts'

test('of a file with very many faults the first two hundred are told, and how many more there are', () => {
  let error: unknown
  try {
    parseSpec(`charts:\n${'- {name: a}\n'.repeat(1000)}`, 'bundle.yaml')
  } catch (thrown) {
    error = thrown
  }
  const { message, faults } = error instanceof SealiftError ? error : new SealiftError('SPEC_INVALID', '')
  const [, all] = /^bundle\.yaml has (\d+) faults$/.exec(String(message)) ?? []
  expect(Number(all)).toBeGreaterThan(1000)
  expect(faults).toHaveLength(201)
  expect(faults.at(-1)).toBe(`and ${Number(all) - 200} more`)
})
