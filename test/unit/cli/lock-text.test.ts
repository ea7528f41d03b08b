import { expect, test } from 'vitest'
import { lockText, suspectLines } from '../../../src/cli/lock-text.ts'

const mebi = 2 ** 20
const none = { memory: 0, cpu: 0 }
const declared = { memory: 640 * mebi, cpu: 300 }
const lock = { charts: [1, 2], images: [1], tools: [1], suspects: [] }
const specDir = 'spec'

test('one is one, and what comes for a while is a line each', () => {
  const budget = {
    declared,
    surge: { memory: 512 * mebi, cpu: 250 },
    temporary: { memory: 64 * mebi, cpu: 10 },
  }
  expect(
    lockText({ specDir, accept: false, path: 'bundle.lock.yaml', drift: undefined, lock, budget }).split(
      '\n',
    ),
  ).toEqual([
    'bundle.lock.yaml: 2 charts, 1 image, 1 tool',
    '  a rolling update adds 512Mi / 250m for a while: 1152Mi / 550m',
    '  Jobs and hooks take 64Mi / 10m together while they run',
    '  0 suspects not taken',
  ])
})

test('what is not there has no line', () => {
  const budget = { declared, surge: none, temporary: none }
  expect(lockText({ specDir, accept: false, path: 'l', drift: [], lock, budget })).toBe(
    'l: 2 charts, 1 image, 1 tool\n  nothing has changed\n  0 suspects not taken',
  )
  const drift = [{ sentence: 'chart app: added' }]
  expect(
    lockText({
      specDir,
      accept: false,
      path: 'l',
      drift,
      lock,
      budget: { ...budget, surge: { memory: 0, cpu: 5 } },
    }),
  ).toBe(
    'l: 2 charts, 1 image, 1 tool\n  chart app: added\n  a rolling update adds 0Mi / 5m for a while: 640Mi / 305m\n  0 suspects not taken',
  )
})

test('suspects that are not taken are counted last, with what to do; each has a line before', () => {
  const budget = { declared, surge: none, temporary: none }
  const suspect = { text: 'redis:7', chart: 'app', object: 'Thing/x', field: 'spec.cache' }
  const suspects = [suspect, { ...suspect, text: 'nginx' }]
  const text = lockText({
    specDir,
    accept: false,
    path: 'l',
    drift: undefined,
    lock: { ...lock, suspects },
    budget,
  })
  expect(text.split('\n').at(-1)).toBe(
    '  2 suspects not taken: list those that are images under acceptSuspects in bundle.yaml, or take all with: sealift lock spec --accept-suspects',
  )
  const tried = { specDir, accept: true, path: 'l', drift: undefined, lock: { ...lock, suspects }, budget }
  expect(lockText(tried).split('\n').at(-1)).toBe('  2 suspects not taken: not to be had, see above')
  const name = 'docker.io/library/redis:7'
  const missing = [
    { name, why: 'gone' },
    { name, why: `${name}: not found` },
  ]
  expect(suspectLines({ suspects: [suspect] }, missing)).toEqual([
    'redis:7 (app Thing/x spec.cache) looks like an image, but is not proven to be one',
    `${name}: gone; it is a suspect still`,
    `${name}: not found; it is a suspect still`,
  ])
})
