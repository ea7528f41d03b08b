import { Parser } from '@oclif/core'
import { expect, test } from 'vitest'
import { sinceFlag } from '../../../src/cli/time.ts'

const read = async (text: string): Promise<number | undefined> =>
  (await Parser.parse(['--since', text], { flags: { since: sinceFlag() } })).flags['since']

test.each([
  ['90m', 90 * 60_000],
  ['24h', 86_400_000],
  ['7d', 7 * 86_400_000],
])('%s is so long ago', async (text, ago) => {
  const [before, found, after] = [Date.now(), (await read(text)) ?? 0, Date.now()]
  expect(found).toBeGreaterThanOrEqual(before - ago)
  expect(found).toBeLessThanOrEqual(after - ago)
})

test.each(['2026-11-29T12:00:00Z', '2026-11-29T12:00:00.500Z', '2026-11-29T13:00:00+01:00'])(
  '%s is that time',
  async text => {
    expect(await read(text)).toBe(Date.parse(text))
  },
)

test.each(['', '24', '0h', '-1h', '1w', '2026-11-29', '2026-11-29T12:00:00', '2026-13-29T12:00:00Z', '1e9h'])(
  '%j is no time',
  async text => {
    await expect(read(text)).rejects.toThrow(
      `${text} is no time: write it like 24h, 7d or 2026-11-29T12:00:00Z`,
    )
  },
)
