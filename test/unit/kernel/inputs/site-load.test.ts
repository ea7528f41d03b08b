import { expect, test } from 'vitest'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { smallSite } from '../../site/wire/sites.ts'

const loadOf = (text: string) => parseSite(`${smallSite}load: ${text}\n`, 'site.yaml').load
const faultsOf = (text: string) => {
  try {
    loadOf(text)
    return []
  } catch (error) {
    return (error as { faults: string[] }).faults
  }
}

test('nothing need be said of loading', () => {
  expect(parseSite(smallSite, 'site.yaml').load).toBeUndefined()
  expect(loadOf('{}')).toEqual({})
})

test('a way, K3s’s folder and a registry can be named', () => {
  expect(loadOf('{ way: images-dir, dataDir: /data/k3s }')).toEqual({
    way: 'images-dir',
    dataDir: '/data/k3s',
  })
  const registry =
    '{ host: "registry.bank.example:5000", repositoryPrefix: mirror/k8s, ca: /etc/ssl/ca.pem, credentials: { namespace: kube-system, name: registry } }'
  expect(loadOf(`{ way: registry, registry: ${registry} }`)?.registry).toEqual({
    host: 'registry.bank.example:5000',
    ...{ repositoryPrefix: 'mirror/k8s', ca: '/etc/ssl/ca.pem', plainHttp: false },
    credentials: { namespace: 'kube-system', name: 'registry' },
  })
  for (const host of ['10.0.0.1', '"[fd00::1]:5000"', 'registry'])
    expect(loadOf(`{ registry: { host: ${host} } }`)?.registry).toBeDefined()
})

test.each([
  ['{ way: pigeon }', 'load.way'],
  ['{ dataDir: data }', 'load.dataDir'],
  ['{ dataDir: /data/../etc }', 'load.dataDir'],
  ['{ registry: {} }', 'load.registry.host'],
  ['{ registry: { host: "https://registry.bank.example" } }', 'load.registry.host'],
  ['{ registry: { host: "user:word@registry.bank.example" } }', 'load.registry.host'],
  ['{ registry: { host: registry.bank.example/mirror } }', 'load.registry.host'],
  ['{ registry: { host: r.example, repositoryPrefix: Mirror } }', 'load.registry.repositoryPrefix'],
  ['{ registry: { host: r.example, repositoryPrefix: a//b } }', 'load.registry.repositoryPrefix'],
  ['{ registry: { host: r.example, repositoryPrefix: ../b } }', 'load.registry.repositoryPrefix'],
  ['{ registry: { host: r.example, ca: ca.pem } }', 'load.registry.ca'],
  ['{ registry: { host: r.example, password: word } }', 'load.registry'],
  [
    '{ registry: { host: r.example, credentials: { name: UPPER, namespace: a } } }',
    'load.registry.credentials.name',
  ],
])('%s is a fault, told by its place', (text, place) => {
  const faults = faultsOf(text)
  expect(faults).toHaveLength(1)
  expect(faults[0]).toContain(place)
  expect(faults[0]).not.toContain('word@')
})
