import { expect, test } from 'vitest'
import { asStep } from '../../../../src/kernel/ports/as-step.ts'
import { recordingReporter } from '../../../support/recording-reporter.ts'

test('work is told how it gets on, and is done with what came of it', async () => {
  const { lines, reporter } = recordingReporter()
  const work = async (say: (detail: string) => void) => {
    say('half')
    return 7
  }
  expect(await asStep(reporter, 'Count', work, result => `${result} there`)).toBe(7)
  expect(lines).toEqual(['… Count', '~ Count: half', '✔ Count: 7 there'])
})

test('what there is nothing to say of is done all the same', async () => {
  const { lines, reporter } = recordingReporter()
  await asStep(reporter, 'Count', async () => {})
  expect(lines).toEqual(['… Count', '✔ Count'])
})

test.each([
  [
    'when it runs',
    async () => {
      throw new Error('no')
    },
  ],
  [
    'before it promises anything',
    () => {
      throw new Error('no')
    },
  ],
])('work that fails %s fails its step, once, and its error is thrown', async (_, work) => {
  const { lines, reporter } = recordingReporter()
  await expect(asStep(reporter, 'Count', work)).rejects.toThrow('no')
  expect(lines).toEqual(['… Count', '✖ Count'])
})
