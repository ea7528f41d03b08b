import { expect, test } from 'vitest'
import type { PodPrograms } from '../../../../src/kernel/ports/index.ts'
import { fitting, saidBy } from '../../../../src/site/backup/tools.ts'
import { withTools } from '../../../../src/site/backup/with-tools.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { rejection } from '../wire/memory.ts'
import { image, login, world } from './tools-world.ts'

test.each([
  ['17.123', '17.123'],
  ['17devel', '17'],
  [`17.${'1'.repeat(100_000)}`, '17'],
])('a version %.9s is read as %s', async (carried, read) => {
  const { at, host } = await world({ carried })
  await withTools(at, host, recordedTalk(), async tools => {
    expect(await tools.version('pg_dump')).toBe(read)
  })
})

test('a version without end is none', async () => {
  const { at, host } = await world({ carried: '1'.repeat(100_000) })
  const working = withTools(at, host, recordedTalk(), tools => fitting(tools, 'pg_dump', '17.5'))
  const { message } = await rejection(working)
  expect(message).toContain('has no pg_dump that runs')
  expect(message.length).toBeLessThan(500)
})

test('a tool that never says its version is ended after a minute, and at once by an interruption', async () => {
  for (const interrupted of [false, true]) {
    const { at, host, clock, left } = await world({})
    const stop = new AbortController()
    const run: PodPrograms['run'] = (_, __, { signal }) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    const programs = { ...host.programs, run }
    const talk = recordedTalk({ signal: stop.signal })
    const working = withTools(at, { ...host, programs }, talk, tools => fitting(tools, 'pg_dump', '17.5'))
    const told = expect(working).rejects.toMatchObject({
      message: interrupted
        ? 'stopped'
        : `image ${image} (database.tools) has no pg_dump that runs: it says nothing within 60 s`,
    })
    if (interrupted) setTimeout(() => stop.abort(new Error('stopped')))
    else await clock.advance(61)
    await told
    expect(await left()).toEqual([])
  }
})

test('a password that a tool or the cluster repeats is not told', () => {
  const said = (ended: object) => saidBy({ stdout: '', stderr: '', ...ended }, login)
  expect(said({ stderr: 'it was w0rd' })).toBe('it was [secret]')
  expect(said({ message: 'it was w0rd' })).toBe('it was [secret]')
  expect(said({ stderr: 'postgresql://other:pass@db/x' })).toBe('postgresql://[secret]@db/x')
})
