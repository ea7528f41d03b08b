import { expect, test } from 'vitest'
import { isParseError, usageError } from '../../../src/cli/usage-error.ts'
import { SealiftError } from '../../../src/kernel/errors/index.ts'

test('what oclif finds wrong with a call is told in our form, and what we find stays as it is', () => {
  const theirs = Object.assign(new Error('Nonexistent flag: --x\nSee more help with --help'), {
    oclif: { exit: 2 },
  })
  expect(isParseError(theirs)).toBe(true)
  expect(usageError(theirs, { id: 'keys:new', flags: {}, args: {} })).toMatchObject({
    code: 'USAGE',
    message: 'Nonexistent flag: --x',
    hints: ['sealift keys new --help says what it takes, with examples'],
  })
  const ours = new SealiftError('USAGE', 'registry.test/x is no image of this spec', {
    hints: ['Did you mean y?'],
  })
  expect(isParseError(ours)).toBe(false)
  expect(isParseError(new SealiftError('IMAGE_NOT_FOUND', 'gone'))).toBe(false)
})
