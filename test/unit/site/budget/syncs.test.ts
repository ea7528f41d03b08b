import { describe, expect, it, test } from 'vitest'
import { concurrentIn, judgeIntervals, loadOf } from '../../../../src/site/budget/index.ts'

const now = Date.parse('2026-11-30T08:00:00Z')
const secret = (spec: object, refreshTime?: string) => ({
  ...{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'a' } },
  ...{ spec, status: refreshTime === undefined ? {} : { refreshTime } },
})
const many = (count: number, refreshInterval: string) =>
  Array.from({ length: count }, () => secret({ refreshInterval }))
const budget = { cpu: 300 }

describe('loadOf', () => {
  it('says what was measured: 500 every minute are 25 requests a second, and one worker cannot keep up', () => {
    const load = loadOf(many(500, '1m'), 1, now)
    expect(load).toMatchObject({ externalSecrets: 500, periodic: 500, shortest: 60, concurrent: 1 })
    expect(load.requests).toBeCloseTo(25)
    // Measured: ages up to 414 s, a first fill of 385.
    expect(Math.abs((load.expectedAge ?? 0) - 414)).toBeLessThan(41)
    expect(Math.abs(load.fill - 385)).toBeLessThan(39)
  })

  it('with eight workers they are kept, at the price that was measured', () => {
    const load = loadOf(many(500, '1m'), 8, now)
    expect(load.expectedAge).toBe(60)
    expect(Math.abs(load.capacity - 9.5)).toBeLessThan(0.95)
    const full = loadOf(many(5000, '1m'), 8, now)
    expect(Math.abs(full.cpu - 644)).toBeLessThan(64)
  })

  it('takes an hour where no interval is said, and leaves out what is read once', () => {
    const once = [
      secret({ refreshInterval: '0' }),
      secret({ refreshInterval: '0s' }),
      secret({ refreshPolicy: 'CreatedOnce', refreshInterval: '1s' }),
      secret({ refreshPolicy: 'OnChange' }),
    ]
    expect(loadOf([...once, secret({})], 1, now)).toMatchObject({
      ...{ externalSecrets: 5, periodic: 1, shortest: 3600, expectedAge: 3600 },
    })
    expect(loadOf(once, 1, now)).not.toHaveProperty('shortest')
    expect(loadOf([], 1, now)).toMatchObject({ refreshes: 0, fill: 0 })
  })

  it('sees how late the oldest is, by its own status', () => {
    const spec = { refreshInterval: '1m30s' }
    const found = loadOf(
      [secret(spec, '2026-11-30T07:59:00Z'), secret(spec, '2026-11-30T07:50:00Z'), secret(spec, 'never')],
      1,
      now,
    )
    expect(found.late).toBe(510)
    expect(loadOf([secret(spec, '2026-11-30T07:58:28Z')], 1, now)).not.toHaveProperty('late')
  })
})

describe('judgeIntervals', () => {
  it('is content with what the workers and the budget can keep', () => {
    expect(judgeIntervals(loadOf(many(20, '1h'), 1, now), budget)).toEqual({
      ...{ id: 'eso/intervals', ok: true },
      message:
        '20 ExternalSecrets ask for 0.01 refreshes and 0.02 requests a second, the shortest every 60 min; 1 worker can do about 1.2',
    })
  })

  it('names the workers that would keep intervals, and the age that secrets really have', () => {
    const { message, hint } = judgeIntervals(loadOf(many(200, '1m'), 1, now), budget)
    expect(message).toContain('1 worker do about 1.2, so secrets get up to 3 min old')
    expect(hint).toContain('concurrent: 4 in the values')
  })

  it('names another interval where no number of workers does', () => {
    const { hint } = judgeIntervals(loadOf(many(2000, '10s'), 1, now), budget)
    expect(hint).toContain('an interval of 4 min for all would be kept with concurrent: 8')
  })

  it('warns of intervals that can be kept, but not within the CPU of the budget', () => {
    const { message, hint } = judgeIntervals(loadOf(many(500, '1m'), 8, now), budget)
    expect(message).toContain('with 567m for them, Infisical goes over the 300m of the budget')
    expect(hint).toBe('intervals 3 times as long stay within it')
    expect(judgeIntervals(loadOf(many(500, '1m'), 8, now), { cpu: 10 }).hint).toContain('see the table')
  })
})

const deployment = (...args: unknown[]) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'external-secrets' } },
  spec: { template: { spec: { containers: [{ name: 'external-secrets', args }] } } },
})

test.each([
  [['--concurrent=8'], 8],
  [['--metrics-addr=:8080', '--concurrent', '4'], 4],
  [['--not--concurrent=8'], 1],
  [['--concurrent=0'], 1],
  [[], 1],
  [[7, null], 1],
])('workers in arguments %j are %d', (args, workers) => {
  expect(concurrentIn([{ ...deployment(), spec: {} }, deployment(...args)])).toBe(workers)
})
