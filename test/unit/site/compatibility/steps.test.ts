import { expect, test } from 'vitest'
import { judgeKnownSteps, judgeOperatorStep } from '../../../../src/site/compatibility/steps.ts'

const step = (from: string, to: string, name = 'external-secrets') => ({ name, from, to })

test.each([
  ['0.19.2', '0.20.4'],
  ['v0.20.1', '0.20.4'],
  ['0.20.4', '1.0.0'],
  ['1.3.2', 'v2.0.0'],
  ['2.8.0', '2.9.1'],
  ['2.9.0', '2.9.0'],
  ['0.20.4', '0.19.2'],
])('%s → %s skips no minor', (from, to) => {
  expect(judgeOperatorStep(step(from, to))).toMatchObject({ id: 'operator-step', ok: 'yes' })
})

test.each([
  ['0.18.2', '0.20.4', 'a minor version', '0.19'],
  ['0.16.2', '0.20.0', '3 minor versions', '0.17'],
  ['0.19.2', '1.0.0', 'a minor version', '0.20'],
  ['0.20.4', '1.1.0', 'a minor version', '1.0'],
  ['0.20.4', '2.0.0', '4 minor versions', '1.0'],
  ['2.0.0', '2.9.0', '8 minor versions', '2.1'],
])('%s → %s skips %s, which upstream asks not to do', (from, to, skipped, next) => {
  const found = judgeOperatorStep(step(from, to))
  expect(found).toMatchObject({ ok: 'no', seen: expect.stringContaining(`skips ${skipped}`) })
  expect(found.hint).toContain(`the next being ${next}:`)
  expect(judgeOperatorStep(step(from, to), true).ok).toBe('doubt')
})

test('a major that is not known yet, and what is no version, is a doubt', () => {
  expect(judgeOperatorStep(step('2.9.0', '3.0.0')).ok).toBe('doubt')
  expect(judgeOperatorStep(step('latest', '0.20.4')).ok).toBe('doubt')
})

test('before 0.17 v1beta1 has to go, and there is a version to do that in', () => {
  expect(judgeKnownSteps(step('0.15.1', '0.17.0'))).toMatchObject([{ ok: 'no' }])
  expect(judgeKnownSteps(step('0.16.2', '0.17.0'))).toMatchObject([
    { id: 'known-step/external-secrets', ok: 'doubt', hint: expect.stringContaining('migrate stores') },
  ])
  expect(judgeKnownSteps(step('0.15.1', '0.16.2'))).toEqual([])
  expect(judgeKnownSteps(step('0.19.2', '0.20.4'))).toEqual([])
})

test('of Infisical no step is known to go wrong', () => {
  expect(judgeKnownSteps(step('1.2.0', '1.7.5', 'infisical-standalone'))).toEqual([])
})
