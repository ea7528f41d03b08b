import { describe, expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { allow, covers, joined, resourceOf } from '../../../../src/kernel/rights/index.ts'

describe('rules joined', () => {
  test('verbs for the same names are one rule, and names of the same verb are together', () => {
    expect(
      joined([
        allow(kinds.secret, 'patch get', { namespace: 'a', names: ['two'] }),
        allow(kinds.secret, 'get patch', { namespace: 'a', names: ['one'] }),
      ]),
    ).toEqual([
      { apiGroup: '', resource: 'secrets', namespace: 'a', verbs: ['get', 'patch'], names: ['one', 'two'] },
    ])
  })

  test('a rule for all names takes in one for some, of its verbs alone', () => {
    const rules = joined([
      allow(kinds.secret, 'get', { namespace: 'a' }),
      allow(kinds.secret, 'get delete', { namespace: 'a', names: ['one'] }),
    ])
    expect(rules.map(({ verbs, names }) => [verbs, names])).toEqual([
      [['get'], undefined],
      [['delete'], ['one']],
    ])
  })

  test('what holds in the whole cluster is not said again of a namespace, unless for more names', () => {
    const wide = allow(kinds.deployment, 'list')
    expect(joined([wide, allow(kinds.deployment, 'list', { namespace: 'a' })])).toEqual([wide])
    const named = allow(kinds.lease, 'get', { names: ['sealift'] })
    expect(joined([named, allow(kinds.lease, 'get', { namespace: 'a' })])).toHaveLength(2)
    expect(joined([named, allow(kinds.lease, 'get', { namespace: 'a', names: ['sealift'] })])).toEqual([
      named,
    ])
  })

  test('a subresource is another thing', () => {
    const of = { namespace: 'a' }
    expect(
      joined([allow(kinds.pod, 'get', of), allow(kinds.pod, 'get', { ...of, subresource: 'log' })]),
    ).toHaveLength(2)
  })
})

describe('what a rule allows', () => {
  const call = { apiGroup: '', resource: 'secrets', namespace: 'a', verb: 'get', name: 'one' }
  test.each([
    ['it', allow(kinds.secret, 'get', { namespace: 'a', names: ['one'] }), true],
    ['the whole cluster', allow(kinds.secret, 'get'), true],
    ['another verb', allow(kinds.secret, 'list', { namespace: 'a' }), false],
    ['another namespace', allow(kinds.secret, 'get', { namespace: 'b' }), false],
    ['another name', allow(kinds.secret, 'get', { namespace: 'a', names: ['two'] }), false],
    ['another resource', allow(kinds.configMap, 'get', { namespace: 'a' }), false],
    ['its subresource alone', allow(kinds.secret, 'get', { namespace: 'a', subresource: 'x' }), false],
    ['any verb', { ...allow(kinds.secret, '*'), verbs: ['*'] }, true],
  ])('%s', (_, rule, allowed) => {
    expect(covers([rule], call)).toBe(allowed)
  })

  test('a list has no name, and is allowed by no rule with names', () => {
    const { name: _, ...list } = { ...call, verb: 'list' }
    expect(covers([allow(kinds.secret, 'list', { namespace: 'a', names: ['one'] })], list)).toBe(false)
  })
})

describe('how RBAC calls a kind', () => {
  test.each([
    [kinds.ingress, { apiGroup: 'networking.k8s.io', resource: 'ingresses', namespaced: true }],
    [kinds.ingressClass, { apiGroup: 'networking.k8s.io', resource: 'ingressclasses', namespaced: false }],
    [
      { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
      { apiGroup: 'networking.k8s.io', resource: 'networkpolicies', namespaced: true },
    ],
    [
      kinds.clusterSecretStore,
      { apiGroup: 'external-secrets.io', resource: 'clustersecretstores', namespaced: false },
    ],
    [kinds.dragonfly, { apiGroup: 'dragonflydb.io', resource: 'dragonflies', namespaced: true }],
  ])('%o', (kind, named) => {
    expect(resourceOf(kind)).toEqual(named)
  })

  test('a CRD says it of its own kind, whatever its name would mean', () => {
    const mice = { apiGroup: 'zoo.example', resource: 'mice', namespaced: false }
    expect(
      resourceOf({ apiVersion: 'zoo.example/v1', kind: 'Mouse' }, new Map([['zoo.example/Mouse', mice]])),
    ).toEqual(mice)
    expect(resourceOf({ apiVersion: 'zoo.example/v1', kind: 'Node' }).namespaced).toBe(true)
  })
})
