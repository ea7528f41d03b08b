import { expect, test } from 'vitest'
import { lockText } from '../../../src/cli/lock-text.ts'

const mebi = 2 ** 20
const none = { memory: 0, cpu: 0 }
const declared = { memory: 640 * mebi, cpu: 300 }
const lock = { charts: [1, 2], images: [1], tools: [1] }

test('one is one, and what comes for a while is a line each', () => {
  const budget = {
    declared,
    surge: { memory: 512 * mebi, cpu: 250 },
    temporary: { memory: 64 * mebi, cpu: 10 },
  }
  expect(lockText({ path: 'bundle.lock.yaml', drift: undefined, lock, budget }).split('\n')).toEqual([
    'bundle.lock.yaml: 2 charts, 1 image, 1 tool',
    '  a rolling update adds 512Mi / 250m for a while: 1152Mi / 550m',
    '  Jobs and hooks take 64Mi / 10m together while they run',
  ])
})

test('what is not there has no line', () => {
  const budget = { declared, surge: none, temporary: none }
  expect(lockText({ path: 'l', drift: [], lock, budget })).toBe(
    'l: 2 charts, 1 image, 1 tool\n  nothing has changed',
  )
  const drift = [{ sentence: 'chart app: added' }]
  expect(lockText({ path: 'l', drift, lock, budget: { ...budget, surge: { memory: 0, cpu: 5 } } })).toBe(
    'l: 2 charts, 1 image, 1 tool\n  chart app: added\n  a rolling update adds 0Mi / 5m for a while: 640Mi / 305m',
  )
})
