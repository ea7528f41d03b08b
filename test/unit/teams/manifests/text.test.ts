import { expect, test } from 'vitest'
import { rewritten, scope, store } from './rewritten.ts'

const old = 'external-secrets.io/v1beta1'
const now = 'external-secrets.io/v1'
const secret = (apiVersion: string) =>
  `apiVersion: ${apiVersion}\nkind: ExternalSecret\nmetadata: {name: a}\n`

test.each([
  ['plain', secret(old), secret(now)],
  ['with CRLF', secret(old).replaceAll('\n', '\r\n'), secret(now).replaceAll('\n', '\r\n')],
  ['in quotes', secret(`'${old}'`), secret(`'${now}'`)],
  ['with a comment behind it', secret(`${old}  # old`), secret(`${now}  # old`)],
  ['with a byte order mark', `\ufeff${secret(old)}`, `\ufeff${secret(now)}`],
  ['without a line’s end', secret(old).trimEnd(), secret(now).trimEnd()],
  [
    'as JSON',
    `{"kind":"SecretStore", "apiVersion":\t"${old}"}`,
    `{"kind":"SecretStore", "apiVersion":\t"${now}"}`,
  ],
  ['behind another kind', `a: 1\n---\n${secret(old)}`, `a: 1\n---\n${secret(now)}`],
  [
    'in a List',
    `kind: List\napiVersion: v1\nitems:\n- kind: ClusterExternalSecret\n  apiVersion: ${old}\n`,
    `kind: List\napiVersion: v1\nitems:\n- kind: ClusterExternalSecret\n  apiVersion: ${now}\n`,
  ],
  [
    'in a list of its own',
    `kind: ExternalSecretList\napiVersion: ${old}\nitems:\n- kind: ExternalSecret\n  apiVersion: ${old}\n`,
    `kind: ExternalSecretList\napiVersion: ${now}\nitems:\n- kind: ExternalSecret\n  apiVersion: ${now}\n`,
  ],
  [
    'by an anchor of its own',
    `kind: List\nitems:\n- kind: ExternalSecret\n  apiVersion: &v ${old}\n- kind: SecretStore\n  apiVersion: *v\n`,
    `kind: List\nitems:\n- kind: ExternalSecret\n  apiVersion: &v ${now}\n- kind: SecretStore\n  apiVersion: *v\n`,
  ],
  [
    'with a template of ESO’s',
    `${secret(old)}spec:\n  target: {template: {data: {a: "{{ .password }}"}}}\n`,
    `${secret(now)}spec:\n  target: {template: {data: {a: "{{ .password }}"}}}\n`,
  ],
])('an object %s gets v1, and every other character stays', (_, text, expected) => {
  const { text: made, notes } = rewritten(text)
  expect([made, notes]).toEqual([expected, []])
  expect(rewritten(expected)).toEqual({ diff: '', changes: 0, notes: [] })
})

test.each([
  ['another group', secret('example.io/v1beta1')],
  ['a push', secret('external-secrets.io/v1alpha1').replace('ExternalSecret', 'PushSecret')],
  ['a generator', secret('generators.external-secrets.io/v1alpha1').replace('ExternalSecret', 'Password')],
  ['a comment', `# ${old}\na: 1\n`],
  ['nothing', ''],
  ['what is no YAML, and not about it', 'a: [external-secrets.io\n'],
])('%s is none of its business', (_, text) => {
  expect(rewritten(text)).toEqual({ diff: '', changes: 0, notes: [] })
})

test.each([
  ['a template of Helm', secret(old).replace('{name: a}', '{name: "{{ .Values.name }}"}'), /^left 1: .*Helm/],
  ['a template with a condition', `{{- if .Values.x }}\n${secret(old)}{{- end }}\n`, /^left 2: .*Helm/],
  [
    'what sops has signed',
    `${secret(old)}sops:\n  mac: ENC[AES256_GCM,data:x]\n`,
    /^left 1: sops has signed/,
  ],
  ['some other template', secret(old).replace('{name: a}', '{{ name }}'), /^left 1: .*template/],
  ['what is no YAML', `${secret(old)}b: [\n`, /^left 1: line \d+, column \d+: not readable as YAML/],
  [
    'what an anchor shares',
    `${secret(`&v ${old}`)}---\nx: 1\n`.replace('{name: a}', '{name: a, labels: {x: *v}}'),
    /^left 1: an anchor or a merge key/,
  ],
  ['an object of v1alpha1', secret('external-secrets.io/v1alpha1'), /^left 1: ExternalSecret of v1alpha1/],
  [
    'a push of a version that never was',
    secret(old).replace('ExternalSecret', 'PushSecret'),
    /^left 1: PushSecret is of external-secrets.io\/v1alpha1/,
  ],
  [
    'what selects by version',
    'patches:\n- target:\n    group: external-secrets.io\n    version: v1beta1\n',
    /^left 4: this selects/,
  ],
  ['a text that says it', `kind: ConfigMap\ndata:\n  a: |\n    x: ${old}\n`, /^told 4: .*look at it/],
  [
    'a template of engine v1',
    `${secret(now)}spec: {target: {template: {engineVersion: v1, data: {a: '{{ .x | toString }}'}}}}`,
    /^left 4: engineVersion v1 is gone/,
  ],
])('%s is told, and left alone', (_, text, said) => {
  const { text: made, notes } = rewritten(text)
  expect([made, notes]).toEqual([undefined, [expect.stringMatching(said)]])
})

test('a file among the templates of a chart is left alone, whatever it looks like', () => {
  const { text, notes } = rewritten(secret(old), {}, true)
  expect([text, notes]).toEqual([undefined, [expect.stringMatching(/^left 1: a template of Helm/)]])
  expect(rewritten(secret(now), {}, true).notes).toEqual([])
})

test('engine v1 with nothing to fill in is v2', () => {
  const of = (engine: string) =>
    `${secret(now)}spec: {target: {template: {engineVersion: ${engine}, type: kubernetes.io/tls}}}`
  expect(rewritten(of('v1')).text).toBe(of('v2'))
})

test('objects that are merged from others are rewritten where they stand', () => {
  const text = (version: string, key: string) =>
    `kind: List\nitems:\n- &a\n  ${store(`${key}: https://x`, 'auth: {}', ...scope)
      .replace('external-secrets.io/v1beta1', version)
      .trimEnd()
      .replaceAll('\n', '\n  ')}\n- <<: *a\n  metadata: {name: b}\n`
  expect(rewritten(text(old, 'url')).text).toBe(text(now, 'hostAPI'))
})

test('aliases of aliases do not keep it', () => {
  const lines = Array.from({ length: 25 }, (_, at) => `a${at + 1}: &a${at + 1} {<<: [*a${at}, *a${at}]}`)
  const text = `${secret(old)}a0: &a0 {}\n${lines.join('\n')}\n`
  expect(rewritten(text).text).toBe(text.replace(old, now))
})

test('thousands of objects in one line, and as many mentions, do not keep it', () => {
  const one =
    '{"apiVersion":"external-secrets.io/v1beta1","kind":"SecretStore","spec":{"provider":{"infisical":{"url":"x"}}}}'
  expect(rewritten(`{"kind":"List","items":[${Array(4000).fill(one).join()}]}`).changes).toBe(8000)
  expect(rewritten(`a: "${`${old} `.repeat(50_000)}"\n`).notes).toHaveLength(50)
})

test('what External Secrets Operator fills itself is no template of Helm', () => {
  const text = (version: string) =>
    `apiVersion: external-secrets.io/${version}
kind: ExternalSecret
spec:
  target:
    template:
      data:
        config: |
          {{- if .user }}
          user={{ .user }}
          {{- end }}
          {{ range $key, $value := .all }}{{ $key }}{{ end }}
`
  expect(rewritten(text('v1beta1'))).toMatchObject({ text: text('v1'), notes: [] })
})
