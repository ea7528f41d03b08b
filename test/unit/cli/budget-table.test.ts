import { expect, test } from 'vitest'
import { type Budget, budgetText, sampledBudgetText } from '../../../src/cli/budget-table.ts'

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
