/** Whether what a fit has said was observed again over a boot. */
import { beforeEach, expect, test } from 'vitest'
import {
  confirm,
  fitBudget,
  loadOf,
  notedFit,
  type Observation,
  observationOf,
} from '../../../../src/site/budget/index.ts'
import type { BudgetAccount } from '../../../../src/site/check/index.ts'
import { sampleReceipt } from '../../../support/sample-receipt.ts'

const mebi = 1024 * 1024
const server = {
  image: 'x/infisical:v0.165.8',
  options: '--max-old-space-size=520 --import=data:text/javascript,process.setSourceMapsEnabled(false)',
}
const fitted = '2026-11-30T06:00:00.000Z'
const started = '2026-11-30T07:00:00Z'
const now = { at: Date.parse('2026-11-30T08:00:00Z'), settled: 10 }
const ground = { earlier: [], server, load: loadOf([], 1, 0), resting: now, withoutWebhook: true }

let earlier: Observation[]
let account: BudgetAccount
beforeEach(() => {
  const { budget } = sampleReceipt
  const fit = fitBudget({ ...ground, account: budget })
  const noted = observationOf(budget, { at: fitted, bundle: sampleReceipt.bundle.digest, window: 60 })
  earlier = [{ ...noted, fit: notedFit(fit) }, noted]
  // As it is after an install with the values, and a boot.
  const rows = budget.rows.flatMap(row => {
    const one = fit.containers.find(({ object }) => object === row.object)
    if (one === undefined || one.left) return []
    return [{ ...row, memory: one.after.memory, cpu: one.after.cpu, since: started }]
  })
  account = { ...budget, rows }
})

/** Of each container so much of what the fit has said for its rest, which is what the sample has observed. */
const used = (factor: number) => ({
  ...account,
  rows: account.rows.map(row => ({
    ...row,
    observed: { memory: (row.observed?.memory ?? 0) * factor, cpu: 5 },
  })),
})

test.each([
  [1.09, 'confirmed', 9],
  [1, 'confirmed', 0],
  [0.91, 'confirmed', -9],
  [1.11, 'off', 11],
  [0.5, 'off', -50],
])('what is used is %d of what was said: %s', (factor, state, percent) => {
  const found = confirm(used(factor), earlier, now)
  expect(found).toMatchObject({ state, fitted })
  expect(found.percent).toBeCloseTo(percent, 0)
  expect(found.said).toBe(account.rows.reduce((sum, { observed }) => sum + (observed?.memory ?? 0), 0))
  expect(found.containers).toHaveLength(account.rows.length)
  for (const one of found.containers ?? []) expect(one.percent).toBeCloseTo(percent, 0)
})

test('a container that was started anew confirms nothing', () => {
  const rows = used(1).rows.map((row, i) => ({ ...row, restarts: i }))
  expect(confirm({ ...account, rows }, earlier, now).state).toBe('off')
})

test('what was never measured is no part of it, and a fit of an older Sealift is held to its requests', () => {
  const job = { object: 'Job/schema', container: 'schema', memory: mebi, cpu: 1 }
  const [first] = earlier
  if (first?.fit === undefined) throw new Error('there is a fit')
  const { observed: _, ...row } = { ...account.rows[0], ...job } as (typeof account.rows)[number]
  const whole = fitBudget({ ...ground, account: { ...account, rows: [...account.rows, row] } })
  expect(notedFit(whole)).toHaveLength(account.rows.length)
  const older = { ...first, fit: first.fit.map(({ rest: _, ...one }) => one) }
  const said = account.rows.reduce((sum, { memory }) => sum + memory, 0)
  expect(confirm(used(1), [older], now)).toMatchObject({ said })
})

test('without a fit on record there is nothing to confirm', () => {
  expect(confirm(used(1), earlier.slice(1), now)).toEqual({ state: 'none' })
})

test('what runs must be what the fit has said', () => {
  const [first, ...others] = used(1).rows
  if (first === undefined) throw new Error('there are rows')
  const other = { ...first, memory: first.memory + mebi }
  expect(confirm({ ...account, rows: [other, ...others] }, earlier, now)).toEqual({
    ...{ state: 'not-applied', fitted },
  })
  // The webhook runs, though it was to be left out.
  const webhook = sampleReceipt.budget.rows.filter(({ container }) => container === 'webhook')
  expect(confirm({ ...account, rows: [...used(1).rows, ...webhook] }, earlier, now).state).toBe('not-applied')
})

test('it must have been started since, and ten minutes ago', () => {
  const since = (time: string | undefined) => ({
    ...account,
    rows: used(1).rows.map(({ since: _, ...row }) => (time === undefined ? row : { ...row, since: time })),
  })
  expect(confirm(since('2026-11-30T05:59:00Z'), earlier, now).state).toBe('no-boot')
  expect(confirm(since(undefined), earlier, now).state).toBe('no-boot')
  expect(confirm(since('2026-11-30T07:51:00Z'), earlier, now).state).toBe('too-early')
  expect(confirm(since('2026-11-30T07:50:00Z'), earlier, now).state).toBe('confirmed')
})

test('who knows that it rests earlier says so, and it says how long after the start it looked', () => {
  const early = { at: Date.parse(started) + 30_000, settled: 0 }
  expect(confirm(used(1), earlier, early)).toMatchObject({ state: 'confirmed', minutes: 0.5 })
  expect(confirm(used(1), earlier, { ...early, settled: 1 })).toMatchObject({
    state: 'too-early',
    minutes: 0.5,
  })
})

test('what kubelet has not measured yet is not taken for nothing', () => {
  const rows = used(1).rows.map(({ observed: _, since: __, ...row }) => row)
  expect(confirm({ ...account, rows }, earlier, { ...now, settled: 0 })).toEqual({
    state: 'too-early',
    fitted,
  })
})
