import { expect, test } from 'vitest'
import { rewritten, scope, store } from './rewritten.ts'

const token = (...lines: readonly string[]) => ['auth:', '  serviceToken:', ...lines]
const own = token(
  '    secretRef:',
  '      name: infisical-token # ours',
  '      namespace: eso',
  '      key: token',
)
const made = (namespace: string) =>
  ['clientId', 'clientSecret'].flatMap(key => [
    `    ${key}:`,
    '      name: infisical-universal-auth',
    `      namespace: ${namespace}`,
    `      key: ${key}`,
  ])
const raised = (text: string) => text.replace('v1beta1', 'v1')

test('the decision’s url and serviceToken become hostAPI and the credentials of an identity', () => {
  const { text, notes, changes } = rewritten(store('url: https://infisical.openova.io', ...own, ...scope))
  const credentials = ['auth:', '  # ours', '  universalAuthCredentials:', ...made('eso')]
  expect(text).toBe(raised(store('hostAPI: https://infisical.openova.io', ...credentials, ...scope)))
  expect(notes).toEqual([expect.stringMatching(/^told 10: .*Secret eso\/infisical-universal-auth must have/)])
  expect(changes).toBe(3)
})

test('what is said of credentials and scope is written', () => {
  const instead = {
    credentials: { name: 'mine', namespace: 'other' },
    ...{ project: 'hr-platform', environment: 'dev' },
  }
  const { text, notes } = rewritten(store('hostAPI: https://x', ...own), instead)
  expect(text).toContain(
    '      secretsScope:\n        projectSlug: hr-platform\n        environmentSlug: dev\n',
  )
  expect(text).toContain(
    '            name: mine\n            namespace: other\n            key: clientSecret\n',
  )
  expect(notes).toHaveLength(1)
})

test.each(['2026', '1e3', '0x1f', 'no', 'y', 'null', '-'])('%s is written as the text that it is', name => {
  const instead = { credentials: { name, namespace: name }, project: name, environment: name }
  const { text } = rewritten(store('hostAPI: https://x', ...own), instead)
  const written = [...(text ?? '').matchAll(/^ {8,}(\w+Slug|name|namespace): (.*)$/gm)]
  expect(written.map(([, key, value]) => [key, value])).toEqual(
    ['projectSlug', 'environmentSlug', 'name', 'namespace', 'name', 'namespace'].map(key => [
      ...[key, JSON.stringify(name)],
    ]),
  )
})

test('without a scope it is told what to write', () => {
  const { notes } = rewritten(store('hostAPI: https://x', ...own))
  expect(notes).toEqual([
    expect.stringMatching(/^left 8: .*projectSlug: PROJECT/),
    expect.stringMatching(/^told 10/),
  ])
})

const login = ['auth:', '  universalAuthCredentials: {}']
const wanted = { project: 'talent-mesh', environment: 'prod' }

test.each([
  ['v1beta1', ['url: https://x', ...login], ['hostAPI: https://x', ...login]],
  ['v1', login, login],
])('a store of %s that has no token gets its scope as well', (version, lines, now) => {
  const text = store(...lines).replace('v1beta1', version)
  expect(rewritten(text, wanted)).toMatchObject({ text: raised(store(...scope, ...now)), notes: [] })
  expect(rewritten(text).notes).toEqual([
    expect.stringMatching(/^left 8: .*no secretsScope.*or say --project and --environment$/),
  ])
})

test('where a scope cannot be written nobody is told to say it again', () => {
  const { text, notes } = rewritten(store('? auth', ': {}').replace('v1beta1', 'v1'), wanted)
  expect([text, notes]).toEqual([
    undefined,
    [expect.stringMatching(/^left 8: .*environmentSlug: ENVIRONMENT \}$/)],
  ])
})

test('a patch of a store needs no scope', () => {
  const text = store('hostAPI: https://x').replace('v1beta1', 'v1')
  expect(rewritten(text, wanted)).toMatchObject({ changes: 0, notes: [] })
})

test('a token of the provider itself becomes its auth, with CRLF as with LF', () => {
  const text = store('serviceToken: { name: t, namespace: eso, key: k }', ...scope).replaceAll('\n', '\r\n')
  const auth = ['auth:', '  universalAuthCredentials:', ...made('eso')]
  expect(rewritten(text).text).toBe(raised(store(...auth, ...scope)).replaceAll('\n', '\r\n'))
})

test.each(['st.geheim', '"st.geheim"', '|\n            st.geheim'])(
  'a token in clear is in no diff and no note',
  value => {
    const { text, diff, notes } = rewritten(
      store(...token().slice(0, 1), `  serviceToken: ${value}`, ...scope),
    )
    expect(text).not.toContain('geheim')
    expect(diff).toContain('serviceToken: [secret]')
    expect(diff + notes.join('\n')).not.toContain('geheim')
    expect(notes.join('\n')).toMatch(/stood here in clear: delete it/)
  },
)

test.each([
  [
    'two addresses',
    ['url: https://x', 'hostAPI: https://y', 'auth: {}', ...scope],
    /^left 8: it has url and hostAPI/,
  ],
  [
    'two ways to log in',
    [...own, '  universalAuthCredentials: {}', ...scope],
    /^left 9: it has serviceToken and another way/,
  ],
  [
    'a token beside auth',
    ['auth: {}', 'serviceToken: {}', ...scope],
    /^left 9: it has serviceToken beside auth/,
  ],
  [
    'a token that is written in an odd way',
    ['auth:', '  ? serviceToken', '  : { name: t }', ...scope],
    /^left 9: .*write auth: \{ universalAuthCredentials: \{ clientId: \{ name: infisical-universal-auth, key/,
  ],
  [
    'a token that comes from elsewhere',
    ['auth: { <<: { serviceToken: x } }', ...scope],
    /^left 8: .*another way/,
  ],
  ['a field that v1 has not', ['auth: {}', 'hostApi: x', ...scope], /^left 9: .*hostAPI is what it has/],
])('%s is told, and only the rest rewritten', (_, lines, said) => {
  const { text, notes } = rewritten(store(...lines))
  expect([text, notes]).toEqual([raised(store(...lines)), [expect.stringMatching(said)]])
})

test('in brackets it is written in brackets, and in quotes where the keys are', () => {
  const credentials = (q: string) =>
    `${q}universalAuthCredentials${q}: { ${['clientId', 'clientSecret']
      .map(
        key =>
          `${q}${key}${q}: { ${q}name${q}: ${q}infisical-universal-auth${q}, ${q}namespace${q}: ${q}eso${q}, ${q}key${q}: ${q}${key}${q} }`,
      )
      .join(', ')} }`
  const json = (version: string, key: string, auth: string) =>
    `{"apiVersion":"external-secrets.io/${version}","kind":"ClusterSecretStore","spec":{"provider":{"infisical":{${auth}, "${key}":"https://x"}}}}`
  const token = '"serviceToken": {"secretRef":{"name":"t","namespace":"eso"}}'
  const scoped = '"secretsScope": { "projectSlug": "talent-mesh", "environmentSlug": "prod" }'
  expect(
    rewritten(json('v1beta1', 'url', `"auth":{${token}}`), { project: 'talent-mesh', environment: 'prod' })
      .text,
  ).toBe(json('v1', 'hostAPI', `${scoped}, "auth":{${credentials('"')}}`))
  const inLine = store('auth: { serviceToken: { name: t, namespace: eso } }', ...scope)
  expect(rewritten(inLine).text).toBe(raised(store(`auth: { ${credentials('')} }`, ...scope)))
})

test('credentials of a ClusterSecretStore have a namespace, and those of a SecretStore none', () => {
  const text = store('auth: { serviceToken: { name: t } }', ...scope)
  expect(rewritten(text).notes).toEqual([
    expect.stringMatching(/^told 8/),
    expect.stringMatching(/^left 8: a ClusterSecretStore needs to know in which namespace/),
  ])
  const own = text.replace('ClusterSecretStore', 'SecretStore')
  const made = rewritten(own)
  expect(made.notes).toEqual([expect.stringMatching(/Secret infisical-universal-auth beside the store must/)])
  // External Secrets Operator refuses another namespace than the store's own.
  const elsewhere = { credentials: { name: 'infisical-universal-auth', namespace: 'eso' } }
  expect(rewritten(own, elsewhere)).toEqual(made)
  expect(rewritten(own.replace('name: t }', 'name: t, namespace: eso }')).text).toBe(made.text)
})

test('the store that Sealift itself makes is told', () => {
  const text = store('auth: {}', ...scope).replace('team-store', 'infisical-store')
  expect(rewritten(text).notes).toEqual([
    expect.stringMatching(/^told 1: sealift install makes ClusterSecretStore/),
  ])
})
