import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { confirmLoss } from '../../../src/cli/confirm.ts'
import { appliedText, lossOf, planText } from '../../../src/cli/tenancy-text.ts'
import type { SealiftError } from '../../../src/kernel/errors/index.ts'
import { rejection } from '../site/wire/memory.ts'

const nothing = {
  organization: 'openova',
  differences: [],
  extras: [],
  unmet: [],
  waiting: [],
  otherProjects: [],
}
const folder = { change: 'create', kind: 'folder', name: 'talent-mesh/prod/db', detail: '' } as const
const member = {
  change: 'change',
  kind: 'member',
  name: 'a@x.io in talent-mesh',
  detail: 'admin → viewer',
} as const
const old = {
  change: 'remove',
  kind: 'environment',
  name: 'talent-mesh/test',
  detail: 'with 3 secrets',
} as const

describe('what people read of a plan', () => {
  test('is one line where nothing differs', () => {
    expect(planText(nothing)).toBe('openova has all that the file names')
  })

  test('is a line a thing, and what is beside that', () => {
    const text = planText({
      organization: 'openova',
      differences: [folder, member],
      extras: [old],
      unmet: [{ name: 'role auditor', why: 'wants a licence' }],
      waiting: ['a@x.io'],
      otherProjects: ['their-own', 'other'],
    })
    expect(text).toBe(
      [
        '   what    name                   detail',
        '─  ──────  ─────────────────────  ──────────────',
        '+  folder  talent-mesh/prod/db',
        '~  member  a@x.io in talent-mesh  admin → viewer',
        '',
        'not in the file; only --prune deletes it:',
        'what         name              detail',
        '───────────  ────────────────  ──────────────',
        'environment  talent-mesh/test  with 3 secrets',
        '',
        'cannot be had on this server:',
        'what          why',
        '────────────  ───────────────',
        'role auditor  wants a licence',
        '',
        'invited, and not here yet: 1 person (a@x.io)',
        '',
        'not in the file: 2 projects (their-own, other)',
      ].join('\n'),
    )
  })
})

test('what was done is a line a thing, with where invitations are, and no link', () => {
  const applied = {
    organization: 'openova',
    changed: [folder],
    unmet: [],
    proven: [{ identity: 'ci', tried: 5 }],
  }
  expect(appliedText({ ...applied, invitations: { file: 'x.invitations', people: ['a@x.io'] } })).toBe(
    [
      '   what    name                 detail',
      '─  ──────  ───────────────────  ──────',
      '+  folder  talent-mesh/prod/db',
      '',
      'tried with twins: ci (5)',
      '',
      'invitations of a@x.io are in x.invitations: they are not given again',
    ].join('\n'),
  )
  expect(appliedText({ ...applied, changed: [], proven: [] })).toBe('openova was as the file says already')
})

describe('a loss', () => {
  const loss = lossOf('talent-mesh', [old])
  const { signal } = new AbortController()

  test('that the command line confirms is asked about no more', async () => {
    const names = ['hr-platform', 'talent-mesh']
    await expect(confirmLoss(loss, { yes: false, names }, signal)).resolves.toBeUndefined()
    await expect(confirmLoss(loss, { yes: true }, signal)).resolves.toBeUndefined()
  })

  test.each([
    ['talent-mesh\n', 'done'],
    ['  talent-mesh  \n', 'done'],
    ['talent\n', 'USAGE'],
    ['yes\n', 'USAGE'],
    ['\n', 'USAGE'],
    ['', 'USAGE'],
  ])('is confirmed by its name alone: %j', async (typed, end) => {
    const input = Object.assign(new PassThrough(), { isTTY: true })
    const output = new PassThrough()
    input.end(typed)
    const confirming = confirmLoss(loss, { yes: false }, signal, { input, output })
    const ended = await confirming.then(
      () => 'done',
      (error: SealiftError) => error.code,
    )
    expect(ended).toBe(end)
    const shown = String(output.read())
    expect(shown).toContain(
      'To delete from talent-mesh:\n  - would go for ever: environment talent-mesh/test, with 3 secrets\n',
    )
    expect(shown).toContain('Type talent-mesh if you mean it: ')
  })

  test.each([[[]], [['hr-platform']]])('that nobody is there to confirm is none: %j', async given => {
    const error = await rejection(confirmLoss(loss, { yes: false, names: given }, signal))
    expect(error).toMatchObject({
      code: 'USAGE',
      message: 'nothing was changed: to delete from talent-mesh was not confirmed',
      faults: ['would go for ever: environment talent-mesh/test, with 3 secrets'],
      hints: ['If you mean it: type talent-mesh when asked; where nobody can type, say --yes'],
    })
  })
})
