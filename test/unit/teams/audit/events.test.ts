import { expect, it } from 'vitest'
import type { AuditEvent, AuditServer } from '../../../../src/kernel/ports/index.ts'
import { eventLine, eventsBetween } from '../../../../src/teams/audit/index.ts'
import { createPace } from '../../../../src/teams/pace/index.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const day = 86_400_000
const start = Date.parse('2000-01-01T00:00:00Z')
const entry = (at: number, id: string): AuditEvent => ({
  ...{ id, createdAt: new Date(at).toISOString() },
  event: { type: 'get-secret', metadata: {} },
  actor: { type: 'user', metadata: {} },
})

/** A server with these entries, and the stretches that it was asked for, in days. */
function serverOf(all: readonly AuditEvent[]) {
  const asked: number[] = []
  const server: Pick<AuditServer, 'events'> = {
    events: async ({ from, to, offset, limit }) => {
      asked.push((to.getTime() - from.getTime()) / day)
      const within = all.filter(({ createdAt }) => {
        const at = Date.parse(createdAt)
        return at >= from.getTime() && at < to.getTime()
      })
      return within.slice(offset, offset + limit)
    },
  }
  return { server: server as AuditServer, asked }
}

async function taken(all: readonly AuditEvent[], until: number) {
  const { server, asked } = serverOf(all)
  const ids: string[] = []
  const pace = createPace(new ManualClock(), new AbortController().signal, () => {})
  const reached = await eventsBetween(server, pace, start, until, events => {
    ids.push(...events.map(({ id }) => id))
    return true
  })
  return { ids, asked, reached }
}

it('years without entries are asked for in a few requests, and never more than the server takes at once', async () => {
  const until = start + 26 * 365 * day
  const { ids, asked, reached } = await taken([entry(until - 1, 'last')], until)
  expect([ids, reached]).toEqual([['last'], until])
  expect(asked.length).toBeLessThan(200)
  expect(Math.max(...asked)).toBe(64)
})

it('a time with more of them than fit is asked for day by day, and none is lost or told twice', async () => {
  const all = Array.from({ length: 12_000 }, (_, i) => entry(start + 40 * day + i * 60_000, `e${i}`))
  const { ids, asked } = await taken(all, start + 100 * day)
  expect(ids).toEqual(all.map(({ id }) => id))
  expect(asked.filter(days => days <= 1).length).toBeGreaterThan(4)
})

it('what would steer a terminal is written as text', () => {
  const line = eventLine({
    ...entry(start, 'a'),
    actor: { type: 'user\u009b2J', metadata: { email: 'ann\u202e@bank', secretValue: 'p4ss' } },
  })
  expect(JSON.stringify(line)).toContain('user\\\\u{9b}2J')
  expect(JSON.stringify(line)).not.toMatch(/[\u0080-\u009f\u202e]|p4ss/)
})
