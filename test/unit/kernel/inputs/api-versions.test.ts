import { expect, test } from 'vitest'
import { parseSpec, siteApis, targetOf, versionOf } from '../../../../src/kernel/inputs/index.ts'

const spec = (apis: string) => `
apiVersion: sealift.dev/v1
kind: Bundle
metadata: { name: small, version: 1.0.0 }
kubernetes: 1.36.0
apiVersions: ${apis}
charts:
  - { name: one, path: one, version: 1.2.3, release: one, namespace: apps }
budget: { memory: 640Mi, cpu: 300m }
`

function faultsOf(apis: string): readonly string[] {
  try {
    parseSpec(spec(apis), 'bundle.yaml')
  } catch (error) {
    return (error as { faults: readonly string[] }).faults
  }
  throw new Error('the spec was accepted')
}

test('what is there and what is not are told apart, and a kind has its version with it', () => {
  const { apiVersions } = parseSpec(spec('[a.test/v1, b.test/v1beta1/Thing, not c.test/v2]'), 'bundle.yaml')
  const { has, lacks } = siteApis(apiVersions)
  expect([...has].sort()).toEqual(['a.test/v1', 'b.test/v1beta1', 'b.test/v1beta1/Thing'])
  expect([...lacks]).toEqual(['c.test/v2'])
  expect(targetOf({ kubernetes: '1.36.0', apiVersions: ['b.test/v1/Thing', 'not c.test/v2'] })).toEqual({
    kubernetes: '1.36.0',
    apiVersions: ['b.test/v1', 'b.test/v1/Thing'],
  })
})

test.each([
  ['a.test/v1/Thing', 'a.test/v1'],
  ['a.test/v1', 'a.test/v1'],
  ['v1/Pod', 'v1'],
  ['v1', 'v1'],
])('the version of %s is %s', (api, version) => expect(versionOf(api)).toBe(version))

test.each(['a.test', 'a.test/1', 'a.test/v1/thing', 'a.test/v1,b.test/v1', '--set=x', 'A.test/v1', 'not'])(
  '%s is no API of a site',
  api => {
    expect(faultsOf(`["${api}"]`)).toEqual([
      expect.stringMatching(/^apiVersions\[0\]: expected an API of the site, such as monitoring/),
    ])
  },
)

test('two answers to one question are a fault, a kind that is missing beside its version is not', () => {
  expect(faultsOf('[a.test/v1/Thing, not a.test/v1]')).toEqual([
    'apiVersions: expected one answer; a.test/v1 is there and not there',
  ])
  expect(parseSpec(spec('[a.test/v1, not a.test/v1/Thing]'), 'bundle.yaml').apiVersions).toHaveLength(2)
})

test('left out, nothing is said', () => {
  expect(parseSpec(spec('[]').replace('apiVersions: []\n', ''), 'bundle.yaml').apiVersions).toEqual([])
})
