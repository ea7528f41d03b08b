import { expect, test } from 'vitest'
import { unifiedDiff } from '../../../../src/teams/manifests/diff.ts'
import { rewritten, scope, store } from './rewritten.ts'

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `line ${at + 1}\n`).join('')
/** The diff of a text in which words stand for others. */
function diffOf(text: string, words: Readonly<Record<string, string>>) {
  const edits = Object.entries(words).map(([word, other]) => {
    const start = text.indexOf(word)
    return { start, end: start + word.length, text: other }
  })
  return unifiedDiff('a.yaml', text, edits, []).split('\n').slice(2, -1)
}

test('three lines around a change are shown', () => {
  expect(diffOf(numbered(9), { 'line 5': 'five' })).toEqual([
    '@@ -2,7 +2,7 @@',
    ' line 2',
    ' line 3',
    ' line 4',
    '-line 5',
    '+five',
    ' line 6',
    ' line 7',
    ' line 8',
  ])
})

test('changes that are near are one part, and others parts of their own, lines more counted', () => {
  const parts = (text: string, words: Record<string, string>) =>
    diffOf(text, words).filter(line => line.startsWith('@@'))
  expect(parts(numbered(30), { 'line 5\n': 'a\nb\n', 'line 12\n': 'c\n', 'line 20\n': '' })).toEqual([
    '@@ -2,14 +2,15 @@',
    '@@ -17,7 +18,6 @@',
  ])
})

test('a text without an end of its last line is told as such', () => {
  expect(diffOf('a\nb', { b: 'c' })).toEqual([
    ...['@@ -1,2 +1,2 @@', ' a', '-b', '\\ No newline at end of file', '+c'],
    '\\ No newline at end of file',
  ])
})

test('of a Secret beside it no value is in it', () => {
  const secret = `kind: Secret
metadata:
  annotations:
    last: geheim
stringData:
  a: geheim
  b: >-
    geheim

    geheim
`
  const one = 'apiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret\n'
  const { diff } = rewritten(
    `${secret}---\n${store('url: x', 'auth: {}', ...scope)}---\n${secret}---\n${one}`,
  )
  expect(diff).toContain('\n     [secret]\n ---\n-apiVersion')
  expect(diff).not.toContain('geheim')
})

test('values of Secrets and fakes of the same document are not shown', () => {
  const text = `kind: List
items:
- kind: Secret
  stringData:
    a: geheim
    b: |
      geheim
- apiVersion: external-secrets.io/v1beta1
  kind: SecretStore
  spec: {provider: {fake: {data: [{key: a, value: geheim}]}}}
`
  const { diff } = rewritten(text)
  expect(diff).toContain('+- apiVersion: external-secrets.io/v1\n')
  expect(diff).not.toContain('geheim')
})
