import { expect, test } from 'vitest'
import { parseManifests } from '../../../../../src/kernel/yaml/index.ts'
import { registriesNote, registriesYaml } from '../../../../../src/site/load/ways/registries-yaml.ts'

const sources = ['docker.io', 'ghcr.io']
const endpoint = ['https://registry.bank.example:5000']
const plain = { host: 'registry.bank.example:5000', plainHttp: false }

test('a mirror for every registry that images are named after', () => {
  const text = registriesYaml(plain, sources, false)
  expect(parseManifests(text)).toEqual([{ mirrors: { 'docker.io': { endpoint }, 'ghcr.io': { endpoint } } }])
})

test('with a prefix, a CA and a login that is not told', () => {
  const text = registriesYaml(
    { ...plain, repositoryPrefix: 'mirror/k8s', ca: '/etc/ssl/ca.pem' },
    ['docker.io'],
    true,
  )
  expect(parseManifests(text)).toEqual([
    {
      mirrors: { 'docker.io': { endpoint, rewrite: { '^(.*)$': 'mirror/k8s/$1' } } },
      configs: {
        'registry.bank.example:5000': {
          auth: { username: 'USERNAME', password: 'PASSWORD' },
          tls: { ca_file: '/etc/ssl/ca.pem' },
        },
      },
    },
  ])
})

test('without TLS it says so', () => {
  expect(registriesYaml({ ...plain, plainHttp: true }, ['docker.io'], false)).toContain(
    'http://registry.bank.example:5000',
  )
})

test('what is to be done with it is said', () => {
  const note = registriesNote({ ...plain, ca: '/etc/ssl/ca.pem' }, sources, true)
  expect(note).toMatch(
    /registries\.yaml, with a login .*, with the CA's certificate at \/etc\/ssl\/ca\.pem; .* restart k3s/,
  )
  expect(note).toMatch(/not pinned there: kubelet may collect them, and pulls them again\.$/)
  expect(registriesNote(plain, sources, false)).toContain('registries.yaml; K3s reads it')
})
