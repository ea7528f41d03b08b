import { describe, expect, test } from 'vitest'
import type { AuditEvent, AuditServer } from '../../../../src/kernel/ports/index.ts'
import { eventsBetween } from '../../../../src/teams/audit/index.ts'
import { createPace } from '../../../../src/teams/pace/index.ts'
import { RecordingClock } from '../../../support/recording-clock.ts'
import { rejection } from '../../site/wire/memory.ts'

const day = 24 * 3600 * 1000
const event = (id: number, at: number): AuditEvent => ({
  ...{ id: String(id), createdAt: new Date(at).toISOString() },
  ...{ event: { type: 'get-secrets' }, actor: { type: 'user' } },
})

/** What a server that answers like this gives of two days. */
async function read(events: AuditServer['events']): Promise<string[]> {
  const all: string[] = []
  const pace = createPace(new RecordingClock(), new AbortController().signal, () => {})
  await eventsBetween({ events } as AuditServer, pace, 0, 2 * day, found => {
    for (const { id } of found) all.push(id)
    return true
  })
  return all
}

describe('an audit log', () => {
  test('of a busy day is read in shorter stretches, each entry once and in order', async () => {
    const all = Array.from({ length: 60_000 }, (_, id) => event(id, id * 1200))
    const found = await read(async ({ from, to, offset, limit }) =>
      all
        .slice(Math.ceil(from.getTime() / 1200), Math.ceil(to.getTime() / 1200))
        .slice(offset, offset + limit),
    )
    expect(found).toEqual(all.map(({ id }) => id))
  })

  test('that gives the same page again and again is told', async () => {
    const page = Array.from({ length: 1000 }, (_, id) => event(id, id))
    const { code, message } = await rejection(read(async () => page))
    expect(code).toBe('SERVER_FAILED')
    expect(message).toContain('the same entries again and again')
  })

  test('that always has more is told', async () => {
    let id = 0
    const more = async () => Array.from({ length: 1000 }, () => event(id++, 0))
    expect(await rejection(read(more))).toMatchObject({
      code: 'SERVER_FAILED',
      message: "Infisical's audit log of a minute has no end",
    })
  })
})
