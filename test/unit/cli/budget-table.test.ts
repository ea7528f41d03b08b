import { expect, test } from 'vitest'
import { type Budget, budgetText, sampledBudgetText, sourcesText } from '../../../src/cli/budget-table.ts'
import { budgetSources } from '../../../src/site/check/index.ts'

const mebi = 2 ** 20
const row = { object: 'Deployment/x', container: 'main', memory: 512 * mebi, cpu: 250 }
const budget: Budget = {
  budget: { memory: 640 * mebi, cpu: 300 },
  declared: { memory: 512 * mebi, cpu: 250 },
  observed: { memory: 700 * mebi, cpu: 20 },
  rows: [{ ...row, observed: { memory: 700 * mebi, cpu: 20 } }],
  declaredFits: true,
  observedFits: false,
}

test('what one sample shows is said to be that, above the table', () => {
  const [first, ...rest] = sampledBudgetText(budget).split('\n')
  expect(first).toBe('observed is one sample, just after the start; sealift check measures over a window')
  expect(rest.join('\n')).toBe(budgetText(budget))
  expect(rest.at(-1)).toBe('observed: 700Mi of 640Mi, 20m of 300m: over by 60Mi')
})

test('where nothing was measured there is no sample', () => {
  const unmeasured = { ...budget, rows: [row] }
  expect(sampledBudgetText(unmeasured)).toBe(budgetText(unmeasured))
  expect(budgetText(unmeasured)).toMatch(/observed: nothing was measured$/)
})

test('limits, peaks and what the nodes have are columns and a row where they are known', () => {
  const whole: Budget = {
    ...budget,
    allocatable: { memory: 8192 * mebi, cpu: 2000 },
    rows: [
      { ...row, limit: { memory: 1000 * mebi }, observed: { memory: 524 * mebi, cpu: 12 }, peak: 691 * mebi },
      { object: 'Deployment/y', container: 'side', memory: mebi, cpu: 1, restarts: 2 },
    ],
  }
  expect(budgetText(whole).split('\n')).toEqual([
    'object        container  requests   limit  observed   peak    CPU  observed',
    '────────────  ─────────  ────────  ──────  ────────  ─────  ─────  ────────',
    'Deployment/x  main          512Mi  1000Mi     524Mi  691Mi   250m       12m',
    'Deployment/y  side            1Mi       -         -      -     1m         -',
    'total                       512Mi       -     700Mi      -   250m       20m',
    'budget                      640Mi       -     640Mi      -   300m      300m',
    'allocatable                8192Mi       -         -      -  2000m         -',
    'declared: 512Mi of 640Mi, 250m of 300m: within the budget',
    'observed: 700Mi of 640Mi, 20m of 300m: over by 60Mi',
    'Deployment/y side was started anew 2 times: its peak is of the last run',
  ])
  expect(budgetText(budget).split('\n')[0]).toBe(
    'object        container  requests  observed   CPU  observed',
  )
})

test('every figure names the field or the file of a cgroup that it is from', () => {
  const lines = sourcesText({ sources: budgetSources }).split('\n')
  expect(lines).toHaveLength(8)
  for (const from of [
    'memory.current',
    'total_inactive_file',
    'memory.peak',
    'cpu.stat',
    'status.allocatable',
  ])
    expect(lines.filter(line => line.includes(from))).toHaveLength(1)
  expect(sourcesText({})).toBe('')
})
