import { describe, expect, it } from 'vitest'
import { readRequests } from '../../../../src/teams/audit/requests.ts'

const stamp = (second: number) => `2026-11-29T12:00:${String(second).padStart(2, '0')}.000000000Z`
const line = (second: number, entry: unknown) =>
  `${stamp(second)} ${typeof entry === 'string' ? entry : JSON.stringify(entry)}`
const came = (id: string, req: object = {}) => ({ reqId: id, req: { method: 'GET', url: '/api/a', ...req } })
const answered = (id: string, statusCode: unknown = 200) => ({
  reqId: id,
  res: { statusCode },
  responseTime: 1.6,
})
const read = (...lines: readonly string[]) =>
  readRequests(lines.join('\n'), Date.parse(stamp(10)), Date.parse(stamp(20)))

describe('requests of a log', () => {
  it('are those that came in the time, with an answer also from behind it', () => {
    const { requests, first } = read(
      line(9, came('early')),
      line(10, came('one')),
      line(19, came('two')),
      line(20, came('late')),
      line(21, answered('two', 500)),
      line(21, answered('early')),
      line(22, answered('nobody')),
    )
    expect(requests.map(({ id, status }) => [id, status])).toEqual([
      ['one', undefined],
      ['two', 500],
    ])
    expect(requests[1]).toMatchObject({ took: 2, time: '2026-11-29T12:00:19.000Z' })
    expect(first).toBe('2026-11-29T12:00:09.000Z')
  })

  it('are no others of its lines, whatever these are', () => {
    const { requests } = read(
      line(11, 'the value is p4ssw0rd'),
      line(11, '{"reqId":"a","req":'),
      line(11, 'null'),
      line(11, '[1]'),
      line(11, { reqId: ['a'], req: { method: 'GET', url: '/' } }),
      line(11, { req: { method: 'GET', url: '/' } }),
      line(11, came('m', { method: 'p4ssw0rd' })),
      line(11, came('u', { url: { a: 1 } })),
      'no time at all',
      '',
    )
    expect(requests).toEqual([])
  })

  it('are not hidden by a number that a client has chosen, which is shown where it is plain', () => {
    const ids = [7, 'req-J9At8mfb9XilSp', 'a b', '\u001b[2J', '', 'x'.repeat(65)]
    const { requests } = read(...ids.map(id => line(11, { ...came(''), reqId: id })))
    expect(requests.map(({ id }) => id)).toEqual(['7', 'req-J9At8mfb9XilSp', ...Array(4).fill('[masked]')])
  })

  it('have no status where a client has given two of them one number', () => {
    const { requests } = read(
      ...[came('a'), came('a', { url: '/api/b' }), answered('a', 200), answered('a', 403)].map(one =>
        line(11, one),
      ),
      ...[came('b'), answered('b', 201), came('b'), answered('b', 404)].map(one => line(12, one)),
    )
    expect(requests.map(({ status }) => status)).toEqual([undefined, undefined, 201, 404])
  })

  it('are those of odd methods as well', () => {
    expect(read(line(11, came('a', { method: 'M-SEARCH' }))).requests).toHaveLength(1)
  })

  it('have an address only where it is one', () => {
    const from = (remoteAddress: unknown) => read(line(11, came('a', { remoteAddress }))).requests[0]?.from
    expect(['10.42.0.9', '::ffff:10.42.0.9', 'fd00::1'].map(from)).toEqual([
      '10.42.0.9',
      '10.42.0.9',
      'fd00::1',
    ])
    expect(['p4ssw0rd', '', 7, undefined, 'a.b c'].map(from)).toEqual(Array(5).fill(undefined))
  })

  it('have a status only where it is a number', () => {
    expect(read(line(11, came('a')), line(12, answered('a', 'p4ssw0rd'))).requests[0]).not.toHaveProperty(
      'status',
    )
  })

  it("are not kubelet's probes, which are counted", () => {
    expect(read(line(11, came('a', { url: '/api/status' })))).toMatchObject({ requests: [], probes: 1 })
  })
})
