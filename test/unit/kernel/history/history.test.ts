import { beforeEach, describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import {
  historyParts,
  judgeHistory,
  lineDigest,
  readEntry,
  recorded,
} from '../../../../src/kernel/history/index.ts'
import { kinds, type Talk } from '../../../../src/kernel/ports/index.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'

const system = { namespace: 'sealift-system' }
let cluster: MemoryCluster
beforeEach(async () => {
  cluster = memoryCluster()
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'sealift-system' } })
})

const about = { site: 'bank-prod', bundle: lineDigest('a bundle') }
const run = <T>(work: (talk: Talk) => Promise<T>, given: readonly string[] = []) =>
  recorded(
    { cluster, clock: new ManualClock(), operator: 'root@node1, process 1', about },
    { ...recordedTalk(), run: { verb: 'rotate admin', given } },
    work,
  )
const lines = async () => (await historyParts(cluster)).flatMap(({ lines }) => lines)
const entries = async () => (await lines()).map(line => readEntry(line))
const nothing = async () => {}

describe('a run', () => {
  test('is two entries: who begins what, and how it ended, step by step', async () => {
    await run(
      async ({ reporter }) => {
        reporter.step('Give it another password').done('given')
        reporter.step('Prove it').skip('was proven')
        reporter.step('Go on')
      },
      ['--site site.yaml', '--yes'],
    )
    expect(await entries()).toMatchObject([
      {
        ...{ n: 1, what: 'begin', verb: 'rotate admin', given: ['--site site.yaml', '--yes'], ...about },
        ...{ operator: 'root@node1, process 1', user: 'system:admin', prev: `sha256:${'0'.repeat(64)}` },
      },
      {
        ...{ n: 2, what: 'end', outcome: 'done' },
        steps: [
          { title: 'Give it another password', result: 'done', detail: 'given' },
          { title: 'Prove it', result: 'skipped', detail: 'was proven' },
          { title: 'Go on', result: 'unfinished' },
        ],
      },
    ])
    const [first = '', second = ''] = await lines()
    expect(readEntry(second)?.prev).toBe(lineDigest(first))
  })

  test.each([
    [
      new SealiftError('SERVER_FAILED', 'it is down'),
      'failed',
      { code: 'SERVER_FAILED', exit: 54, message: 'it is down' },
    ],
    [new SealiftError('INTERRUPTED', 'interrupted'), 'interrupted', { code: 'INTERRUPTED', exit: 130 }],
    [new TypeError('of ours'), 'failed', { code: 'BUG', exit: 1, message: 'a fault of Sealift itself' }],
  ])('that ends with %s says so, and throws it on', async (error, outcome, told) => {
    await expect(run(() => Promise.reject(error))).rejects.toBe(error)
    expect((await entries()).at(-1)).toMatchObject({ outcome, error: told })
  })

  test('that was killed has no end, which the next one notes', async () => {
    const killed = run(() => new Promise<void>(() => {}))
    while ((await lines()).length < 1) await new Promise(resolve => setImmediate(resolve))
    void killed
    await run(nothing)
    const [begun, unended, next, end] = await entries()
    expect([begun, unended, next, end].map(entry => entry?.what)).toEqual([
      'begin',
      'unended',
      'begin',
      'end',
    ])
    expect(unended).toMatchObject({ run: begun?.run, notedBy: next?.run })
    expect(judgeHistory(await historyParts(cluster))).toMatchObject({ runs: 2, unended: [] })
  })

  test('that cannot be recorded does not begin', async () => {
    cluster.behaviour.denies = (verb, kind) => verb === 'create' && kind.kind === 'ConfigMap'
    let begun = false
    const refused = run(async () => {
      begun = true
    })
    await expect(refused).rejects.toMatchObject({
      ...{ code: 'CLUSTER_DENIED', message: expect.stringMatching(/^the audit log .* nothing was begun/) },
    })
    expect(begun).toBe(false)
  })

  test('whose end cannot be written has done what it has done, and says what is missing', async () => {
    const talk = recordedTalk()
    const value = await recorded(
      { cluster, clock: new ManualClock(), operator: 'x', about: {} },
      talk,
      async () => {
        cluster.behaviour.denies = (_, kind) => kind.kind === 'ConfigMap'
        return 7
      },
    )
    expect(value).toBe(7)
    expect(talk.told.join('\n')).toContain('the end of this run is not in the audit log')
  })

  test('shows no secret: what looks like one is taken out', async () => {
    const secret = 'a1b2c3d4'.repeat(8)
    const failing = run(
      async ({ reporter }) => {
        reporter.step('Log in').fail(`postgresql://u:${secret}@host`)
        throw new SealiftError('SERVER_FAILED', `the server says ${secret}`)
      },
      [`--confirm ${secret}`],
    )
    await expect(failing).rejects.toThrow()
    expect((await lines()).join('\n')).not.toContain(secret)
  })

  test('of somebody else meanwhile is not written over', async () => {
    await run(async () => {
      await run(nothing)
    })
    const parts = await historyParts(cluster)
    // The inner one takes the outer one for killed: only the lease keeps two apart.
    expect(judgeHistory(parts).broken).toBeUndefined()
    expect(parts.flatMap(({ lines }) => lines)).toHaveLength(5)
  })

  test('can take the log with it, and ends elsewhere', async () => {
    const file: string[] = []
    await run(nothing)
    await run(async ({ record }) => {
      expect(await record?.leave(async text => void file.push(...text.split('\n')))).toBe(3)
      await cluster.delete(kinds.namespace, 'sealift-system')
    })
    expect(judgeHistory([{ name: 'file', lines: file }])).toMatchObject({ entries: 4, runs: 2, unended: [] })
    expect(judgeHistory([{ name: 'file', lines: file }]).broken).toBeUndefined()
    expect(await lines()).toEqual([])
  })
})

describe('the log', () => {
  test('goes on in another ConfigMap before one is too large', async () => {
    for (let round = 0; round < 12; round++)
      await run(async ({ reporter }) => {
        for (let step = 0; step < 120; step++) reporter.step('A step').done('with words, '.repeat(24))
      })
    const parts = await historyParts(cluster)
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.map(({ name }) => name).slice(0, 2)).toEqual(['sealift-audit-0001', 'sealift-audit-0002'])
    for (const { lines } of parts) expect(Buffer.byteLength(lines.join('\n'))).toBeLessThan(256 * 1024)
    expect(judgeHistory(parts)).toMatchObject({ entries: 24, runs: 12, unended: [] })
    expect(judgeHistory(parts).broken).toBeUndefined()
  })

  const three = async () => {
    for (let round = 0; round < 3; round++) await run(nothing)
    return await historyParts(cluster)
  }
  const changed = (parts: Awaited<ReturnType<typeof three>>, change: (lines: string[]) => string[]) =>
    parts.map(part => ({ ...part, lines: change([...part.lines]) }))

  test.each([
    [
      'a word changed',
      (all: string[]) => all.map((line, i) => (i === 2 ? line.replace('rotate', 'remove') : line)),
      4,
      'another one',
    ],
    ['a line gone', (all: string[]) => all.toSpliced(2, 1), 3, '3 is due'],
    ['the first lines gone', (all: string[]) => all.slice(2), 1, '1 is due'],
    ['two lines swapped', (all: string[]) => [all[1] ?? '', all[0] ?? '', ...all.slice(2)], 1, '1 is due'],
    ['a line of somebody’s', (all: string[]) => all.with(3, '{"n":4}'), 4, 'no entry'],
  ])('with %s is broken, and where is said', async (_, change, line, why) => {
    const { broken } = judgeHistory(changed(await three(), change))
    expect(broken).toMatchObject({ part: 'sealift-audit-0001', line, why: expect.stringContaining(why) })
  })

  test('cut off at its end is whole by itself, and misses the digest that was told', async () => {
    const parts = await three()
    const { head } = judgeHistory(parts)
    const cut = changed(parts, all => all.slice(0, -2))
    expect(judgeHistory(cut).broken).toBeUndefined()
    expect(judgeHistory(cut, head).since).toBeUndefined()
    expect(judgeHistory(parts, head).since).toBe(0)
  })

  test('that has grown still has the digest that was told before', async () => {
    await run(nothing)
    const { head } = judgeHistory(await historyParts(cluster))
    await run(nothing)
    expect(judgeHistory(await historyParts(cluster), head).since).toBe(2)
  })

  test('goes on behind what somebody has spoilt', async () => {
    await run(nothing)
    const [part] = await historyParts(cluster)
    const spoilt = [...(part?.lines ?? []), 'not a line of ours'].map(line => `${line}\n`).join('')
    await cluster.apply({
      ...kinds.configMap,
      metadata: { name: 'sealift-audit-0001', ...system },
      data: { 'entries.jsonl': spoilt },
    })
    await run(nothing)
    expect(judgeHistory(await historyParts(cluster)).broken).toMatchObject({ line: 3 })
    expect(await lines()).toHaveLength(5)
  })

  test('is nothing where nobody has done anything', () => {
    expect(judgeHistory([])).toEqual({ entries: 0, runs: 0, unended: [], sites: [] })
  })
})
