import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { goingOn, withNext } from '../../../src/cli/going-on.ts'
import { SealiftError } from '../../../src/kernel/errors/index.ts'

const stopped = new SealiftError('INTERRUPTED', 'interrupted', { hints: ['what is done is done'] })

test('says the very command that goes on, as a shell takes it back', () => {
  const argv = ['my bundle.tar', '-c', 'site.yaml', '--receipt=a.html', "it's", '']
  const { code, hints } = withNext(stopped, { bin: 'sealift', id: 'install', argv })
  expect([code, hints]).toEqual([
    'INTERRUPTED',
    [
      'what is done is done',
      `to go on: sealift install 'my bundle.tar' -c site.yaml --receipt=a.html 'it'\\''s' ''`,
    ],
  ])
  const words = withNext(stopped, { bin: 'sealift', id: 'tenancy:apply', argv: ['-f', 'tenancy.yaml'] }).hints
  expect(words.at(-1)).toBe('to go on: sealift tenancy apply -f tenancy.yaml')
})

test('an install by a plan goes on without it: what is done has moved since', () => {
  for (const plan of [['--plan', 'change.plan.yaml'], ['--plan=change.plan.yaml']]) {
    const argv = ['b.tar', ...plan, '-c', 'site.yaml']
    const { hints } = withNext(stopped, { bin: 'sealift', id: 'install', argv })
    expect(hints.at(-1)).toBe('to go on: sealift install b.tar -c site.yaml')
  }
})

test('of a verb that begins anew it says nothing', () => {
  expect(withNext(stopped, { bin: 'sealift', id: 'status', argv: [] })).toBe(stopped)
  expect(withNext(stopped, { bin: 'sealift', argv: [] })).toBe(stopped)
})

test('every verb that is said to go on is there', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../oclif.manifest.json'), 'utf8')
  const { commands } = JSON.parse(text) as { commands: object }
  expect([...goingOn].filter(id => !(id in commands))).toEqual([])
})
