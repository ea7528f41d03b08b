import { expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { judgeClock, judgeNodeClock, nodeAhead, spanWords } from '../../../../src/site/preflight/index.ts'

const judge = (ahead: number) => judgeClock(ahead, "the API server's clock", 'this machine’s')

test.each([0, 29_000, -30_000])('clocks that agree: %i ms', ahead => {
  expect(judge(ahead).result).toBe('ok')
})

test.each([
  [31_000, "the API server's clock is 31 s ahead of this machine’s"],
  [-300_000, "the API server's clock is 5 min behind this machine’s"],
])('what is noticed is a warning: %i ms', (ahead, seen) => {
  expect(judge(ahead)).toMatchObject({ result: 'warning', seen })
})

test('a year is a fault, either way', () => {
  const year = 365 * 86_400_000
  expect(judge(year)).toMatchObject({ result: 'fault', seen: expect.stringContaining('365 days ahead') })
  expect(judge(-year)).toMatchObject({ result: 'fault', seen: expect.stringContaining('365 days behind') })
  expect(judge(year).next).toContain('timedatectl')
})

const lease = (renewTime: string, time: string) => ({
  ...kinds.lease,
  metadata: {
    name: 'n1',
    managedFields: [
      { manager: 'k3s', operation: 'Update', time, fieldsV1: { 'f:spec': { 'f:renewTime': {} } } },
      { manager: 'other', operation: 'Update', time: '2030-01-01T00:00:00Z', fieldsV1: { 'f:metadata': {} } },
    ],
  },
  spec: { holderIdentity: 'n1', renewTime },
})

test("a node's clock is told from when it says it renewed its Lease, and when that came", () => {
  expect(nodeAhead(lease('2026-11-30T01:00:00.500000Z', '2026-11-30T01:00:00Z'))).toBe(500)
  expect(judgeNodeClock(lease('2026-11-30T01:00:00.500000Z', '2026-11-30T01:00:00Z')).result).toBe('ok')
  expect(judgeNodeClock(lease('2025-11-30T01:00:00.000000Z', '2026-11-30T01:00:00Z'))).toMatchObject({
    result: 'fault',
    seen: expect.stringContaining("the node's clock is 365 days behind the API server's"),
  })
})

test('without a Lease, or its times, nobody knows', () => {
  expect(judgeNodeClock(undefined).result).toBe('not-looked-at')
  expect(judgeNodeClock(lease('', '2026-11-30T01:00:00Z')).result).toBe('not-looked-at')
  const bare = { ...kinds.lease, metadata: { name: 'n1' }, spec: { renewTime: '2026-11-30T01:00:00Z' } }
  expect(judgeNodeClock(bare).result).toBe('not-looked-at')
})

test.each([
  [1_499, '1 s'],
  [180_000, '3 min'],
  [7_200_000, '2 h'],
  [400 * 86_400_000, '400 days'],
])('%i ms in words', (span, words) => {
  expect(spanWords(span)).toBe(words)
})
