import { describe, expect, it } from 'vitest'
import { judgeSchema } from '../../../../src/site/migrations/index.ts'

const judged = (applied: readonly string[], names: readonly string[] | undefined, whole = true) => {
  const { findings, pending } = judgeSchema(
    { applied, troubles: [] },
    names === undefined ? undefined : { names, whole },
  )
  return { ...findings[0], pending }
}

describe('what a database has against a new server', () => {
  it('behind is how it should be, and names what will run', () => {
    expect(judged(['a.ts'], ['a', 'b', 'c'])).toEqual({
      ...{ id: 'migrations', ok: 'yes', seen: '2 of 3 will run: b, c', pending: ['b', 'c'] },
    })
  })

  it('current too', () => {
    expect(judged(['a.ts'], ['a'])).toMatchObject({
      ok: 'yes',
      seen: expect.stringContaining('none will run'),
    })
  })

  it.each([
    [
      'ahead',
      ['a', 'b', 'new'],
      ['a', 'b'],
      /1 migration that the new server does not know, .*: new$/,
      /newer server/,
    ],
    ['a fork', ['a', 'x'], ['a', 'b'], /: x; and lacks 1 migration of its$/, /another line/],
  ])('%s forbids the upgrade, by name', (_, applied, image, seen, hint) => {
    expect(judged(applied, image)).toMatchObject({
      ...{ ok: 'no', seen: expect.stringMatching(seen), hint: expect.stringMatching(hint) },
    })
  })

  it('many are counted, and what somebody wrote into the table is made printable', () => {
    const names = Array.from({ length: 20 }, (_, n) => `m${String(n).padStart(2, '0')}`)
    expect(judged(['a'], ['a', ...names]).seen).toMatch(/^20 of 21 will run: m00, .*m11, and 8 more$/)
    expect(judged(['a'], ['a', 'evil\u001b[2J']).pending.join()).not.toContain('\u001b')
    expect(judged(['a', 'evil\u001b[2J'], ['a']).seen).not.toContain('\u001b')
  })

  it.each([
    ['an image without migrations', ['a'], undefined, true],
    ['an empty database too', [], undefined, true],
    ['a delta without the layers that have them', ['a', 'b'], ['b'], false],
  ])('%s: nobody knows, and that is told', (_, applied, image, whole) => {
    expect(judged(applied, image, whole)).toMatchObject({ ok: 'doubt', pending: [] })
  })
})

it('an index that was not built to the end forbids an upgrade, a lock and a statement do not', () => {
  const trouble = { fault: 'seen', hint: 'do this' }
  const { findings } = judgeSchema(
    {
      applied: ['a'],
      troubles: [
        { what: 'lock', name: 'infisical_migrations_lock', ...trouble },
        { what: 'running-statement', name: '17', ...trouble },
        { what: 'invalid-index', name: 'by_name', ...trouble },
      ],
    },
    { names: ['a'], whole: true },
  )
  expect(findings.slice(1)).toEqual([
    {
      id: 'migrations/lock',
      ok: 'doubt',
      seen: 'seen',
      hint: expect.stringContaining('an upgrade frees it'),
    },
    { id: 'migrations/running/17', ok: 'doubt', seen: 'seen', hint: 'do this' },
    { id: 'migrations/index/by_name', ok: 'no', seen: 'seen', hint: 'do this' },
  ])
})
