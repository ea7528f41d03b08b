import { Flags } from '@oclif/core'
import { describe, expect, test } from 'vitest'
import { isParseError, usageError } from '../../../src/cli/usage-error.ts'
import { SealiftError } from '../../../src/kernel/errors/index.ts'

const wrongCall = (message: string, more: object = {}) =>
  Object.assign(new Error(`${message}\nSee more help with --help`), { oclif: { exit: 2 }, ...more })

test("what oclif says of a call's words is a wrong call; what a verb says is not touched", () => {
  expect(isParseError(wrongCall('Unexpected argument: b'))).toBe(true)
  const own = new SealiftError('USAGE', 'spec is no bundle', { hints: ['what to do'] })
  expect(isParseError(own)).toBe(false)
  expect(isParseError(new Error('a fault'))).toBe(false)
})

describe('an unknown flag', () => {
  const command = {
    id: 'keys:new',
    flags: { 'accept-suspects': Flags.boolean({ allowNo: true }), key: Flags.string() },
    baseFlags: { quiet: Flags.boolean() },
  }
  const help = 'sealift keys new --help says what it takes, with examples'
  test.each([
    ['--jsn', ['did you mean: --json', help]],
    ['--quite', ['did you mean: --quiet', help]],
    ['--kye', ['did you mean: --key', help]],
    ['--no-accept-suspect', ['did you mean: --no-accept-suspects', help]],
    ['--no-key', [help]],
    ['--nonsense', [help]],
    ['-x', [help]],
  ])('%s is told with the nearest there is', (flag, hints) => {
    const error = usageError(wrongCall(`Nonexistent flag: ${flag}`, { flags: [flag] }), command)
    expect(error).toMatchObject({ code: 'USAGE', message: `Nonexistent flag: ${flag}`, hints })
  })
})
