import { describe, expect, it } from 'vitest'
import { readRegistries } from '../../../../src/adapters/registry/registries.ts'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'

const read = (text: string) => readRegistries({ path: '/etc/rancher/k3s/registries.yaml', text })

function faultsOf(text: string): SealiftError {
  try {
    read(text)
  } catch (error) {
    if (error instanceof SealiftError) return error
    throw error
  }
  throw new Error('it was accepted')
}

const places = (text: string, registry: string, repository = 'team/app') =>
  read(text)
    .targets(registry, repository)
    .map(target => `${target.endpoint.base}/${target.repository}`)

describe('where an image is asked for', () => {
  it('is the registry itself, over https, without a file', () => {
    const [target] = readRegistries().targets('127.0.0.1:5000', 'team/app')
    expect(target?.endpoint.base).toBe('https://127.0.0.1:5000/v2')
  })

  it("is Docker Hub's own server for docker.io, with the name of its credentials", () => {
    const [target] = readRegistries().targets('docker.io', 'library/redis')
    expect(target?.endpoint.base).toBe('https://registry-1.docker.io/v2')
    expect(target?.endpoint.names).toContain('https://index.docker.io/v1/')
  })

  it('is every mirror in order, then the registry itself, whose name is not rewritten', () => {
    const file = `
mirrors:
  docker.io:
    endpoint: ["http://one.local:5000", "https://two.local/proxy/hub/", "https://three.local/v2", four.local]
    rewrite: { "^team/(.*)": "mirror/team-$1" }`
    expect(places(file, 'docker.io')).toEqual([
      'http://one.local:5000/v2/mirror/team-app',
      'https://two.local/proxy/hub/mirror/team-app',
      'https://three.local/v2/mirror/team-app',
      'https://four.local/v2/mirror/team-app',
      'https://registry-1.docker.io/v2/team/app',
    ])
  })

  it('is the named plain HTTP endpoint alone when a registry mirrors itself', () => {
    const file = 'mirrors: { "127.0.0.1:5000": { endpoint: ["http://127.0.0.1:5000"] } }'
    expect(places(file, '127.0.0.1:5000')).toEqual(['http://127.0.0.1:5000/v2/team/app'])
  })

  it('is what * says only for registries without an entry of their own', () => {
    const file = `
mirrors:
  "*": { endpoint: ["https://any.local"] }
  ghcr.io:`
    expect(places(file, 'quay.io')).toEqual(['https://any.local/v2/team/app', 'https://quay.io/v2/team/app'])
    expect(places(file, 'ghcr.io')).toEqual(['https://ghcr.io/v2/team/app'])
  })

  it.each([
    ['{ "^nothing$": "x/y" }', 'team/app'],
    ['{ "^nothing$": "x/y", "^team": "other", "app": "z" }', 'other/app'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Go's way to write a group
    ['{ "^(?P<who>[a-z]+)/(app)$": "${2}/${who}" }', 'app/team'],
  ])('is rewritten by %s, the first that changes something', (rewrite, repository) => {
    const file = `mirrors: { a.io: { endpoint: ["https://m.io"], rewrite: ${rewrite} } }`
    expect(places(file, 'a.io')[0]).toBe(`https://m.io/v2/${repository}`)
  })

  it('refuses a rewrite that makes something else than a repository name', () => {
    const file = 'mirrors: { a.io: { endpoint: ["https://m.io"], rewrite: { "^team": "../../admin?x=" } } }'
    expect(() => places(file, 'a.io')).toThrow('a rewrite makes a bad repository name')
  })
})

describe('where a file is asked for', () => {
  const urls = (text: string, url: string) => read(text).urls(new URL(url)).map(String)

  it('is the mirror of its host, with the path behind that of the mirror, then the address itself', () => {
    const file = 'mirrors: { charts.io: { endpoint: ["http://m.io/helm", "https://n.io/v2"] } }'
    expect(urls(file, 'https://charts.io/eso/index.yaml?a=b')).toEqual([
      'http://m.io/helm/eso/index.yaml?a=b',
      'https://n.io/eso/index.yaml?a=b',
      'https://charts.io/eso/index.yaml?a=b',
    ])
  })

  it('is the address alone without a mirror', () => {
    expect(urls('', 'http://127.0.0.1:8080/index.yaml')).toEqual(['http://127.0.0.1:8080/index.yaml'])
  })
})

describe('credentials and trust', () => {
  it('come from configs, by host', () => {
    const registries = read(`
configs:
  a.io: { auth: { username: me, password: "pass:word" } }
  b.io: { auth: { auth: ${Buffer.from('you:pass:word').toString('base64')} } }
  c.io: { auth: { identity_token: refresh } }
  d.io: { tls: { ca_file: ca.pem, cert_file: /pki/me.pem, key_file: /pki/me.key } }
  "e.io:5000": { tls: { insecure_skip_verify: true } }`)
    const credential = registries.credential(['a.io'])
    expect(credential).toMatchObject({ kind: 'password', username: 'me' })
    expect(credential?.kind === 'password' && credential.password.reveal()).toBe('pass:word')
    expect(JSON.stringify(credential)).not.toContain('pass:word')
    const decoded = registries.credential(['b.io'])
    expect(decoded?.kind === 'password' && decoded.password.reveal()).toBe('pass:word')
    expect(registries.credential(['c.io'])?.kind).toBe('identity')
    expect(registries.credential(['d.io'])).toBeUndefined()
    expect(registries.tls('d.io')).toEqual({
      caFile: '/etc/rancher/k3s/ca.pem',
      certFile: '/pki/me.pem',
      keyFile: '/pki/me.key',
      insecure: false,
    })
    expect(registries.tls('e.io:5000')?.insecure).toBe(true)
    expect(registries.tls('a.io')).toBeUndefined()
  })

  it.each([
    ['4711', '4711'],
    ['0400', '0400'],
    ['off', 'off'],
    ['1.10', '1.10'],
    ['"on"', 'on'],
    ['!!str 2020-01-01', '2020-01-01'],
  ])('are the texts that they are written as, as K3s has them: %s', (written, password) => {
    const credential = read(
      `configs: {\n  a.io: { auth: { username: 1_0, password: ${written} } }\n}`,
    ).credential(['a.io'])
    expect(credential).toMatchObject({ kind: 'password', username: '1_0' })
    expect(credential?.kind === 'password' && credential.password.reveal()).toBe(password)
  })

  it.each([
    ['yes', true],
    ['On', true],
    ['off', false],
    ['', false],
  ])('the words of YAML 1.1 say whether a certificate counts: "%s"', (word, insecure) => {
    const registries = read(`configs: { a.io: { tls: { ca_file: ca.pem, insecure_skip_verify: ${word} } } }`)
    expect(registries.tls('a.io')?.insecure).toBe(insecure)
  })

  it('serve Docker Hub under both of its names', () => {
    const registries = read('configs: { docker.io: { auth: { username: me, password: p } } }')
    const [target] = registries.targets('docker.io', 'library/redis')
    expect(registries.credential(target?.endpoint.names ?? [])).toMatchObject({ username: 'me' })
  })
})

describe('a file with faults', () => {
  it('is refused with all of them at once, its values unsaid', () => {
    const error = faultsOf(`
mirrors:
  docker.io:
    endpoints: ["https://m.io"]
  ghcr.io:
    endpoint: ["ftp://m.io", "https://me:s3cret@m.io", "https://m.io?x=y"]
    rewrite: { "(": "x" }
configs:
  a.io:
    auth: { username: me, password: [4711] }
    tls: { insecure_skip_verify: s3cret }`)
    expect(error.code).toBe('SPEC_INVALID')
    expect(error.message).toBe('/etc/rancher/k3s/registries.yaml: not a valid registries file')
    expect(error.faults.map(fault => fault.replace(/: .*/s, ''))).toEqual([
      'mirrors.docker.io',
      'mirrors.ghcr.io.endpoint.0',
      'mirrors.ghcr.io.endpoint.1',
      'mirrors.ghcr.io.endpoint.2',
      'mirrors.ghcr.io.rewrite.(',
      'configs.a.io.auth.password',
      'configs.a.io.tls.insecure_skip_verify',
    ])
    expect(error.faults.join(' ')).not.toMatch(/4711|s3cret/)
  })

  it('is refused when it is not YAML, without quoting it', () => {
    const error = faultsOf('configs:\n  a.io: { auth: { password: "s3cret" }\n  b: ]')
    expect(error.faults).toHaveLength(1)
    expect(error.faults[0]).toMatch(/\(3:\d+\)/)
    expect(JSON.stringify([error, String(error.cause)])).not.toContain('s3cret')
  })
})

describe('what is null', () => {
  it('is absent: each field of a login, and every one of the file that is not a name', () => {
    const auth = '{ username: u, password: p, auth: null, identity_token: null, token: null }'
    const tls = '{ ca_file: null, cert_file: null, key_file: null, insecure_skip_verify: null }'
    const found = read(`mirrors: null\nconfigs: { a.io: { auth: ${auth}, tls: ${tls} }, b.io: null }\n`)
    expect(found.credential(['a.io'])).toMatchObject({ kind: 'password', username: 'u' })
    expect(found.tls('a.io')).toEqual({ insecure: false })
    expect(found.credential(['b.io'])).toBeUndefined()
    expect(read('configs: { a.io: { auth: { username: null } } }').credential(['a.io'])).toBeUndefined()
  })
})
