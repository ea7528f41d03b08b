import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { parseTenancy } from '../../../../src/kernel/tenancy-file/index.ts'

const head = 'apiVersion: sealift.dev/v1\nkind: Tenancy\norganization: openova\n'
const parse = (text: string) => parseTenancy(head + text, 'tenancy.yaml')

/** The faults that a file has. */
function faults(text: string): readonly string[] {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'TENANCY_INVALID') return error.faults
    throw error
  }
  return []
}

describe('stores', () => {
  const projects = `projects:
  - { slug: talent-mesh, environments: [dev, prod] }
`
  const serving = (...entries: string[]) =>
    `${projects}stores:\n  layout: store-per-environment\n  serve:\n${entries.map(entry => `    - { ${entry} }\n`).join('')}`
  const prod = 'project: talent-mesh, environment: prod'

  test('are left out, or serve environments; what loses nothing is the default', () => {
    expect(parse(projects).stores).toBeUndefined()
    expect(parse(serving(`${prod}, namespaces: [talent-mesh]`)).stores).toEqual({
      layout: 'store-per-environment',
      serve: [
        {
          ...{ project: 'talent-mesh', environment: 'prod', namespaces: ['talent-mesh'] },
          ...{ expandSecretReferences: false, externalSecrets: [], pushSecrets: [] },
        },
      ],
    })
  })

  test.each([
    [`${prod}`, 'stores.serve[0].namespaces: missing; expected a list'],
    [`${prod}, namespaces: []`, 'stores.serve[0].namespaces: expected at least 1 entries; found a list'],
    [
      `${prod}, namespaces: ["*"]`,
      'stores.serve[0].namespaces[0]: expected a namespace: at most 63 lower-case letters, digits and dashes; found "*"',
    ],
    [
      `${prod}, namespaces: [a, a]`,
      'stores.serve[0].namespaces[1]: expected a name of its own; a is stores.serve[0].namespaces[0] already',
    ],
    [
      'project: hr-platform, environment: prod, namespaces: [a]',
      'stores.serve[0].project: expected the slug of a project of this file; found "hr-platform"',
    ],
    [
      'project: talent-mesh, environment: staging, namespaces: [a]',
      'stores.serve[0].environment: expected an environment of "talent-mesh"; found "staging"',
    ],
    [`${prod}, namespaces: [a], path: /`, expect.stringMatching(/^stores\.serve\[0\]\.path: unknown key/)],
  ])('with %s have a fault', (entry, fault) => {
    expect(faults(serving(entry))).toContainEqual(fault)
  })

  test('serve an environment once, in a layout that there is', () => {
    const text = serving(`${prod}, namespaces: [a]`, `${prod}, namespaces: [b]`)
    expect(faults(text.replace('store-per-environment', 'store-per-team'))).toEqual([
      'stores.layout: expected "store-per-environment" or "one-store"; found "store-per-team"',
      'stores.serve[1].environment: expected a name of its own; talent-mesh.prod is stores.serve[0] already',
    ])
  })

  test('have identities of their own, whose names no other one may have', () => {
    const identities = (name: string) => faults(`${projects}identities: [{ name: ${name} }]\n`)
    expect(identities('external-secrets.talent-mesh.prod')).toEqual([
      'identities[0].name: expected a name that no store\'s identity has; found "external-secrets.talent-mesh.prod"',
    ])
    for (const name of [
      'external-secrets',
      'external-secrets.ci',
      'ci.talent-mesh.prod',
      'external-secrets.a.b.c',
    ])
      expect(identities(name)).toEqual([])
  })

  describe('with ExternalSecrets', () => {
    const with_ = (...secrets: string[]) =>
      serving(
        `${prod}, namespaces: [a, b], externalSecrets: [${secrets.map(secret => `{ ${secret} }`).join(', ')}]`,
      )
    const data = 'data: { password: POSTGRES_PASSWORD }'
    const at = 'stores.serve[0].externalSecrets'

    test('look every hour when nothing else is said', () => {
      const text = with_(`name: one, namespace: a, target: db, ${data}`)
      expect(parse(text).stores?.serve[0]?.externalSecrets).toEqual([
        {
          ...{ name: 'one', namespace: 'a', target: 'db', refreshInterval: '1h' },
          data: { password: 'POSTGRES_PASSWORD' },
        },
      ])
    })

    test.each(['/NAME', '/a/b_c/NAME', 'lower-case', 'dot.name', 'with space'])(
      'may have the key %s',
      key => {
        expect(faults(with_(`name: one, namespace: a, target: db, data: { p: ${key} }`))).toEqual([])
      },
    )

    test.each(['a/NAME', '/a//NAME', '/a/', '"a:b"', '/a.b/NAME'])('may not have the key %s', key => {
      expect(faults(with_(`name: one, namespace: a, target: db, data: { p: ${key} }`))).toHaveLength(1)
    })

    test.each([
      ['namespace: c', `${at}[0].namespace: expected a namespace that the store serves; found "c"`],
      [
        'namespace: a, refreshInterval: hourly',
        expect.stringMatching(/refreshInterval: expected a time such as/),
      ],
    ])('with %s have a fault', (fields, fault) => {
      expect(faults(with_(`name: one, ${fields}, target: db, ${data}`))).toEqual([fault])
    })

    test('have keys', () => {
      const one = (keys: string) => faults(with_(`name: one, namespace: a, target: db, data: ${keys}`))
      expect(one('{}')).toEqual([`${at}[0].data: expected at least one key`])
      expect(one('{ "a b": X }')).toHaveLength(1)
    })

    test('do not write over each other, in any store', () => {
      const text = with_(
        `name: one, namespace: a, target: db, ${data}`,
        `name: one, namespace: a, target: other, ${data}`,
        `name: two, namespace: a, target: db, ${data}`,
        `name: one, namespace: b, target: db, ${data}`,
      )
      expect(faults(text)).toEqual([
        `${at}[1].name: expected a name of its own; a/one is ${at}[0] already`,
        `${at}[2].target: expected a name of its own; a/db is ${at}[0] already`,
      ])
    })
  })

  describe('with PushSecrets', () => {
    const pushing = (...pushes: string[]) =>
      serving(`${prod}, namespaces: [a, b], pushSecrets: [${pushes.map(push => `{ ${push} }`).join(', ')}]`)
    const at = 'stores.serve[0].pushSecrets'

    test('look every hour when nothing else is said', () => {
      const text = pushing('name: one, namespace: a, source: tls, data: { tls.crt: /certificates/TLS_CRT }')
      expect(parse(text).stores?.serve[0]?.pushSecrets).toEqual([
        {
          ...{ name: 'one', namespace: 'a', source: 'tls', refreshInterval: '1h' },
          data: { 'tls.crt': '/certificates/TLS_CRT' },
        },
      ])
    })

    test('do not write over each other, and come from namespaces that are served', () => {
      const text = pushing(
        'name: one, namespace: a, source: tls, data: { x: NAME }',
        'name: one, namespace: a, source: tls, data: { y: /other/NAME }',
        'name: two, namespace: c, source: tls, data: { z: /NAME }',
      )
      expect(faults(text)).toEqual([
        `${at}[2].namespace: expected a namespace that the store serves; found "c"`,
        `${at}[1].name: expected a name of its own; a/one is ${at}[0] already`,
        `${at}[2].data.z: expected a name of its own; talent-mesh.prod:/NAME is ${at}[0].data already`,
      ])
    })
  })
})
