import { expect, test } from 'vitest'
import { grantedText, subjectFlag, verbsFor } from '../../../src/cli/rbac-flags.ts'

const all = {
  site: ['install', 'rotate admin', 'rotate ca'],
  teams: ['rotate stores', 'stores plan'],
} as const

test.each([
  ['install', { site: ['install'], teams: [] }],
  ['rotate', { site: ['rotate admin', 'rotate ca'], teams: ['rotate stores'] }],
  ['rotate-admin, install', { site: ['rotate admin', 'install'], teams: [] }],
  ['rotate:ca,rotate ca', { site: ['rotate ca'], teams: [] }],
  ['stores', { site: [], teams: ['stores plan'] }],
])('--for %s', (text, verbs) => {
  expect(verbsFor(text, all)).toEqual(verbs)
})

test.each(['instal', '', 'rot', 'install,'])(
  '--for "%s" names no verb, and those that there are are told',
  text => {
    expect(() => verbsFor(text, all)).toThrow(/is no verb that needs rights: install, rotate admin/)
  },
)

const parse = (text: string) =>
  (subjectFlag() as unknown as { parse: (text: string) => Promise<unknown> }).parse(text)

test.each([
  [
    'serviceaccount:change-window/sealift',
    { kind: 'ServiceAccount', namespace: 'change-window', name: 'sealift' },
  ],
  ['user:ann@bank.example', { kind: 'User', name: 'ann@bank.example' }],
  ['group:system:masters', { kind: 'Group', name: 'system:masters' }],
])('--subject %s', async (text, subject) => {
  expect(await parse(text)).toEqual(subject)
})

test.each(['ann', 'serviceaccount:sealift', 'user:', 'serviceaccount:a/b/c', 'role:x', 'user:a\nb'])(
  '--subject %j is nobody',
  async text => {
    await expect(parse(text)).rejects.toThrow('is nobody')
  },
)

test('what is printed is YAML that kubectl takes, each object a document', () => {
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'no' } }
  const text = grantedText([object, object], 'install')
  expect(text.startsWith('# Rights for sealift: install\n---\n')).toBe(true)
  expect(text.match(/^---$/gm)).toHaveLength(2)
  expect(text).toContain("name: 'no'")
})
