import { expect, test } from 'vitest'
import { exportedText } from '../../../src/cli/audit-text.ts'
import { dueText, rotatedText } from '../../../src/cli/rotation-text.ts'

const one = {
  name: 'app',
  where: 'talent-mesh.prod/db',
  secret: 'PW',
  role: 'app',
  earlier: 'refused' as const,
}
const nothing = { notDue: [], serverRotates: false }

test('what was given anew is told with what reads it', () => {
  const reader = { externalSecret: 'ns/es', secret: 's' }
  const readers = (['held', 'synced', 'missing'] as const).map(state => ({ ...reader, state }))
  expect(rotatedText({ rotated: [{ ...one, readers }], ...nothing }).split('\n')).toEqual([
    'app: role app logs in with another password, which is PW in talent-mesh.prod/db; the earlier one is refused',
    '  ns/es (Secret s) has it',
    '  ns/es (Secret s) read it anew, and makes something else of it',
    '  ns/es (Secret s) has not got it',
  ])
})

test('a role whose name would steer a terminal is shown as text', () => {
  const text = rotatedText({ rotated: [{ ...one, role: 'a\u202e\u009b2J', readers: [] }], ...nothing })
  expect(text).toContain('role a\\u{202e}\\u{9b}2J logs in')
})

test('that nothing reads it, that nothing was due, and what the licence has, are told', () => {
  const kept = { ...one, earlier: 'kept' as const, readers: [] }
  expect(rotatedText({ rotated: [kept], ...nothing })).toContain(
    'the other role keeps its own\n  no ExternalSecret reads it',
  )
  const text = rotatedText({ rotated: [], notDue: ['a', 'b'], serverRotates: true })
  expect(text).toContain('nothing was given anew\nnot due yet: a, b\n')
  expect(text).toContain('licence')
})

test('old secrets are a table, and none are a sentence', () => {
  const old = { project: 'p', environment: 'e', path: '/', name: 'N', days: 100, most: 90 }
  const text = dueText({ environments: 2, secrets: 7, old: [{ ...old, by: 'ann' }, old], unmet: [] })
  expect(text).toMatch(/where +folder +secret +days +may be +by\n.*\np\.e +\/ +N +100 +90 +ann\n/)
  expect(text).toContain('2 of 7 secrets in 2 environments')
  expect(dueText({ environments: 1, secrets: 1, old: [], unmet: [{ name: 'p.e', why: 'gone' }] })).toMatch(
    /^none of 1 secret in 1 environment is older than it may be\n\ncannot be had/,
  )
})

test('an export is told with its time, its digest and what is missing', () => {
  const exported = {
    ...{ file: 'a.ndjson', sha256: 'abc', from: 'F', until: 'U', lines: 3, missing: ['the rest'] },
    source: 'request-log' as const,
  }
  expect(exportedText(exported).split('\n')).toEqual([
    "a.ndjson: 3 lines, requests out of the pods' logs: this server keeps no audit log, which wants a licence",
    ...['  from        F', '  until       U', '  sha256      abc', '  missing     the rest'],
  ])
  expect(exportedText({ ...exported, source: 'audit-log' })).toContain("Infisical's own audit log")
})
