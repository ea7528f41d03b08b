import { describe, expect, it } from 'vitest'
import { SealiftError } from '../../../src/errors/index.ts'
import { parseSite } from '../../../src/spec/index.ts'
import { siteUrl } from '../../../src/wire/index.ts'
import { fullSite, smallSite } from './sites.ts'

function faultsOf(text: string): readonly string[] {
  try {
    parseSite(text, 'site.yaml')
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'SITE_INVALID') return error.faults
    throw error
  }
  throw new Error('it was accepted')
}

describe('parseSite', () => {
  it('fills the defaults of the smallest site file', () => {
    const site = parseSite(smallSite, 'site.yaml')
    expect(site.database).toMatchObject({ port: 5432, name: 'infisical', user: 'infisical', tls: 'require' })
    expect(site.database.admin).toMatchObject({ usernameKey: 'username', passwordKey: 'password' })
    expect(site.dragonfly).toEqual({ host: 'dragonfly.databases.svc', port: 6379, database: 0, tls: false })
    expect(site.cluster).toEqual({})
  })

  it('reads every field', () => {
    const site = parseSite(fullSite, 'site.yaml')
    expect(site.containerd).toEqual({ ctr: ['k3s', 'ctr'], address: '/run/k3s/containerd/containerd.sock' })
    expect(site.database.ca).toEqual({ namespace: 'databases', name: 'postgres-ca', key: 'ca.crt' })
    expect(site.ingress).toEqual({
      host: 'infisical.bank.local',
      className: 'traefik',
      tlsSecret: 'infisical-tls',
    })
    expect(site.memory).toEqual({ heapMiB: 700 })
  })

  it('lists all faults at once, each with its place', () => {
    const text = smallSite
      .replace('kind: Site', 'kind: Bundle')
      .replace('organization: openova', 'organisation: openova')
      .replace('email: admin@site.local', 'email: admin')
      .replace('host: dragonfly.databases.svc', 'host: "bad host"\n  database: -1')
    expect(faultsOf(text)).toEqual([
      expect.stringMatching(/^kind: /),
      expect.stringMatching(/^organization: /),
      'admin.email: an e-mail address',
      'dragonfly.host: a host name or an IP address',
      expect.stringMatching(/^dragonfly\.database: /),
      'Unrecognized key: "organisation"',
    ])
  })

  it('wants either an administrator or a URI', () => {
    const none = smallSite.replace(/ {2}admin: \{.*postgres-superuser.*\n/, '')
    expect(faultsOf(none)).toEqual(['database: name exactly one of admin and uri'])
    const both = smallSite.replace('database:\n', 'database:\n  uri: { namespace: a, name: b, key: c }\n')
    expect(faultsOf(both)).toEqual(['database: name exactly one of admin and uri'])
  })

  it('wants a CA for verify-full', () => {
    expect(faultsOf(smallSite.replace('database:\n', 'database:\n  tls: verify-full\n'))).toEqual([
      'database.ca: verify-full needs ca: a Secret with the CA certificate',
    ])
  })

  it('takes public keys, and shows nothing of a private one in its place', () => {
    const keys = (label: string) =>
      `${smallSite}keys:\n  - |\n    -----BEGIN ${label}-----\n    c2VjcmV0\n    -----END ${label}-----\n`
    const [key] = parseSite(keys('PUBLIC KEY'), 'site.yaml').keys ?? []
    expect(key).toBe('-----BEGIN PUBLIC KEY-----\nc2VjcmV0\n-----END PUBLIC KEY-----\n')
    expect(faultsOf(keys('PRIVATE KEY'))).toEqual([
      'keys.0: the text of a .pub file: -----BEGIN PUBLIC KEY----- …',
    ])
    expect(faultsOf(`${smallSite}keys: []\n`)).toEqual([expect.stringMatching(/^keys: /)])
  })

  it('says where a text stops being YAML, and nothing of it', () => {
    expect(faultsOf('database: [\n  password: hunter2')).toEqual([expect.not.stringContaining('hunter2')])
  })
})

describe('siteUrl', () => {
  it('is what the site file says, else the ingress, else the service', () => {
    const small = parseSite(smallSite, 'site.yaml')
    expect(siteUrl(small, 'infisical')).toBe('http://infisical.infisical.svc:8080')
    const ingress = { host: 'infisical.bank.local' }
    expect(siteUrl({ ...small, ingress }, 'infisical')).toBe('http://infisical.bank.local')
    expect(siteUrl({ ...small, ingress: { ...ingress, tlsSecret: 't' } }, 'x')).toBe(
      'https://infisical.bank.local',
    )
    expect(siteUrl({ ...small, url: 'https://secrets.bank/' }, 'x')).toBe('https://secrets.bank')
  })
})
