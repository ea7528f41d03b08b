import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { createPace, isOverload, mostAtOnce } from '../../../../src/teams/pace/index.ts'
import { answered } from '../../../support/answered.ts'
import { RecordingClock } from '../../../support/recording-clock.ts'

function pacing() {
  const clock = new RecordingClock()
  const said: string[] = []
  const abort = new AbortController()
  const pace = createPace(clock, abort.signal, text => void said.push(text))
  const seen = { now: 0, most: 0, sent: 0 }
  /** A request that takes a turn and then does what it is told. */
  const request = async (answer: () => unknown = () => undefined) => {
    seen.sent += 1
    seen.now += 1
    seen.most = Math.max(seen.most, seen.now)
    await turn()
    seen.now -= 1
    return answer()
  }
  const failing = (status: number | undefined) => () => {
    throw answered(status, 'no')
  }
  return { clock, said, abort, pace, seen, request, failing }
}

const times = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('the pace of requests', () => {
  test('is four at once, however many wait', async () => {
    const { pace, seen, request } = pacing()
    await Promise.all(times(100).map(i => (i % 2 ? pace.read(request) : pace.change(request))))
    expect(seen).toEqual({ now: 0, most: 4, sent: 100 })
    expect(mostAtOnce).toBe(4)
  })

  test.each([[500], [502], [429], [undefined]])('is one at a time after a first %s', async status => {
    const { pace, seen, request, failing, clock, said } = pacing()
    let bad = 1
    await Promise.all(times(20).map(() => pace.read(() => request(() => bad-- === 1 && failing(status)()))))
    expect(clock.sleeps).toEqual([1000])
    expect(said).toEqual(['the server failed; going on in 1 s, one request at a time'])
    // Three were under way when the first failed.
    expect(seen.sent).toBe(21)
    seen.most = 0
    await Promise.all(times(10).map(() => pace.read(request)))
    expect(seen.most).toBe(1)
  })

  test('waits longer each time, and gives up in the end with what the server said', async () => {
    const { pace, request, failing, clock } = pacing()
    await expect(pace.read(() => request(failing(503)))).rejects.toMatchObject({ code: 'SERVER_FAILED' })
    expect(clock.sleeps).toEqual([1000, 2000, 4000, 8000, 16000])
  })

  test('does not wait for a refusal, and says it once', async () => {
    const { pace, request, failing, clock, seen } = pacing()
    await expect(pace.read(() => request(failing(403)))).rejects.toThrow('403')
    expect([clock.sleeps, seen.sent]).toEqual([[], 1])
  })

  test('those that fail together wait once', async () => {
    const { pace, request, failing, clock } = pacing()
    let bad = 4
    await Promise.all(times(4).map(() => pace.read(() => request(() => bad-- > 0 && failing(500)()))))
    expect(clock.sleeps).toEqual([1000])
  })

  test('sends no change twice, and none after one that failed, until the world was looked at', async () => {
    const { pace, request, failing, seen } = pacing()
    const all = await Promise.allSettled(
      times(10).map(i => pace.change(() => request(i === 0 ? failing(500) : undefined))),
    )
    // Three were under way beside the one that failed.
    expect(seen.sent).toBe(4)
    expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(7)
    const [first] = all
    await pace.rest(first?.status === 'rejected' ? first.reason : undefined)
    await pace.change(request)
    expect(seen.sent).toBe(5)
  })

  test('a refused change ends it: nothing waits for that', async () => {
    const { pace, request, failing, clock } = pacing()
    const refused = await pace.change(() => request(failing(400))).catch((error: unknown) => error)
    await expect(pace.rest(refused)).rejects.toBe(refused)
    expect(clock.sleeps).toEqual([])
  })

  test('an interruption ends what waits', async () => {
    const { pace, request, abort, seen } = pacing()
    const all = Promise.allSettled(times(10).map(() => pace.read(request)))
    abort.abort(new SealiftError('INTERRUPTED', 'interrupted'))
    const ended = await all
    expect(ended.filter(({ status }) => status === 'rejected').length).toBeGreaterThanOrEqual(6)
    expect(seen.sent).toBeLessThanOrEqual(4)
  })
})

test.each([
  [answered(500, 'x'), true],
  [answered(undefined, 'ETIMEDOUT'), true],
  [answered(404, 'x'), false],
  [new SealiftError('SERVER_FAILED', 'its answer has another shape'), false],
  [new SealiftError('CLUSTER_FAILED', 'x', { cause: new Error('x') }), false],
  [new Error('x'), false],
])('%s is the failure of a server that has too much to do: %s', (error, is) => {
  expect(isOverload(error)).toBe(is)
})
