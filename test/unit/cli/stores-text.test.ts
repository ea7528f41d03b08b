import { expect, test } from 'vitest'
import { storesAppliedText, storesPlanText } from '../../../src/cli/stores-text.ts'

const store = {
  change: 'create',
  kind: 'store',
  name: 'talent-mesh.prod',
  detail: 'serves talent-mesh',
} as const
const unready = [{ name: 'store hr-platform.dev', why: 'Ready=False' }]
const unmet = [{ name: 'store a.b', why: 'the server has no project a' }]
const foreign = [{ name: 'secret view/all/NAME', why: 'no team sees it' }]
const plain = { unmet: [], foreign: [], unready: [], doubts: [] }
const nothing = { ...plain, differences: [], extras: [], absentNamespaces: [] }

test('a plan is one line where nothing differs', () => {
  expect(storesPlanText(nothing)).toBe('the stores are all that the file names')
})

test('a plan is a line a thing, and what is beside that', () => {
  const extras = [{ ...store, change: 'remove', detail: '' } as const]
  const beside = { unmet, foreign, unready, absentNamespaces: ['a', 'b'] }
  const doubts = [{ name: 'PushSecret a/b', why: 'there is no Secret a/c yet' }]
  const text = storesPlanText({ differences: [store], extras, ...beside, doubts })
  expect(text).toBe(
    [
      '   what   name              detail',
      '─  ─────  ────────────────  ──────────────────',
      '+  store  talent-mesh.prod  serves talent-mesh',
      '',
      'not in the file; only --prune deletes it:',
      'what   name              detail',
      '─────  ────────────────  ──────',
      'store  talent-mesh.prod',
      '',
      'cannot be had on this server:',
      'what       why',
      '─────────  ───────────────────────────',
      'store a.b  the server has no project a',
      '',
      "in the looking project, and not Sealift's:",
      'what                  why it matters',
      '────────────────────  ───────────────',
      'secret view/all/NAME  no team sees it',
      '',
      'not ready for External Secrets Operator:',
      'what                   what it says',
      '─────────────────────  ────────────',
      'store hr-platform.dev  Ready=False',
      '',
      'worth a look, for nothing else tells of it:',
      'what            why',
      '──────────────  ──────────────────────────',
      'PushSecret a/b  there is no Secret a/c yet',
      '',
      'served as soon as they are there: namespaces a, b',
    ].join('\n'),
  )
})

test('what was done is told with what was tried', () => {
  const proven = [{ identity: 'external-secrets.talent-mesh.prod', tried: 6 }]
  expect(storesAppliedText({ ...plain, changed: [], proven: [] })).toBe(
    'the stores were as the file says already',
  )
  const text = storesAppliedText({ changed: [store], unmet, foreign, unready, doubts: [], proven })
  expect(text).toContain('+  store  talent-mesh.prod  serves talent-mesh')
  expect(text).toContain('store hr-platform.dev  Ready=False')
  expect(text).toContain('secret view/all/NAME  no team sees it')
  expect(text).toContain('tried with twins: external-secrets.talent-mesh.prod (6)')
})
