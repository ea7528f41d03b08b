import { describe, expect, it } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { fullSite, smallSite } from '../../site/wire/sites.ts'

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
    expect(site.memory).toEqual({ saving: true })
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
    expect(site.memory).toEqual({ heapMiB: 700, saving: false })
  })

  it('lists all faults at once, each with its place', () => {
    const text = smallSite
      .replace('kind: Site', 'kind: Bundle')
      .replace('organization: openova', 'organisation: openova')
      .replace('email: admin@site.local', 'email: admin')
      .replace('host: dragonfly.databases.svc', 'host: "bad host"\n  database: -1')
    expect(faultsOf(text)).toEqual([
      'kind: expected "Site"',
      'organization: missing; expected a string',
      'admin.email: expected an e-mail address',
      'dragonfly.host: expected a host name or an IP address',
      'dragonfly.database: expected at least 0',
      'organisation: unknown key; did you mean "organization"?',
    ])
  })

  it('takes an administrator or a URI, not both; with neither CloudNativePG is meant, which is verified', () => {
    const none = smallSite.replace(/ {2}admin: \{.*postgres-superuser.*\n/, '')
    expect(parseSite(none, 'site.yaml').database).toMatchObject({ tls: 'verify-full', name: 'infisical' })
    const said = none.replace('database:\n', 'database:\n  tls: require\n')
    expect(parseSite(said, 'site.yaml').database.tls).toBe('require')
    expect(parseSite(smallSite, 'site.yaml').database.tls).toBe('require')
    const both = smallSite.replace('database:\n', 'database:\n  uri: { namespace: a, name: b, key: c }\n')
    expect(faultsOf(both)).toEqual(['database: expected admin or uri, not both'])
  })

  it('takes an image for PostgreSQL’s tools, and says of anything else where it is', () => {
    const tools = (name: string) => smallSite.replace('database:\n', `database:\n  tools: ${name}\n`)
    const name = `registry.bank.local:5000/postgres@sha256:${'0'.repeat(64)}`
    expect(parseSite(tools(name), 'site.yaml').database.tools).toBe(name)
    const expected = 'an image name, such as docker.io/library/postgres:17.5'
    for (const wrong of ['Postgres:17', '"postgres 17"', '"postgres:"', '""', '"-dropdb"'])
      expect(faultsOf(tools(wrong))).toEqual([`database.tools: expected ${expected}`])
    expect(faultsOf(tools('17.5'))).toEqual(['database.tools: expected a string; found a number'])
    expect(faultsOf(tools('[a]'))).toEqual(['database.tools: expected a string; found a list'])
  })

  it('wants a CA for verify-full', () => {
    expect(faultsOf(smallSite.replace('database:\n', 'database:\n  tls: verify-full\n'))).toEqual([
      'database.ca: missing; expected a Secret with the CA certificate, which verify-full needs',
    ])
  })

  it('tells a rule between fields beside a fault in another field', () => {
    const text = smallSite.replace('database:\n', 'database:\n  tls: verify-full\n  port: 0\n')
    expect(faultsOf(text)).toEqual([
      'database.port: expected at least 1',
      'database.ca: missing; expected a Secret with the CA certificate, which verify-full needs',
    ])
  })

  it('takes public keys, and shows nothing of a private one in its place', () => {
    const keys = (label: string) =>
      `${smallSite}keys:\n  - |\n    -----BEGIN ${label}-----\n    c2VjcmV0\n    -----END ${label}-----\n`
    const [key] = parseSite(keys('PUBLIC KEY'), 'site.yaml').keys ?? []
    expect(key).toBe('-----BEGIN PUBLIC KEY-----\nc2VjcmV0\n-----END PUBLIC KEY-----\n')
    expect(faultsOf(keys('PRIVATE KEY'))).toEqual([
      'keys[0]: expected the text of a .pub file: -----BEGIN PUBLIC KEY----- …',
    ])
    expect(faultsOf(`${smallSite}keys: []\n`)).toEqual([expect.stringMatching(/^keys: /)])
  })

  it.each([
    ['a broken list', 'database: [\n  password: hunter2', /^line \d+, column \d+: not readable as YAML/],
    ['an alias', 'password: *hunter2', 'line 1, column 12: not readable as YAML: unidentified alias …'],
    ['a tag', 'password: !hunter2 x', /not readable as YAML: unknown scalar tag !…$/],
    ['a tag that is none', 'password: !hunter2{} x', /not readable as YAML/],
  ])('says where a text stops being YAML, and nothing of it: %s', (_, text, fault) => {
    expect(faultsOf(text)).toEqual([expect.stringMatching(fault)])
    expect(faultsOf(text).join()).not.toContain('hunter2')
  })

  it.each([
    ['  password: hunter2', 'dragonfly.password: expected a mapping; found a string'],
    ['  password: [hunter2]', 'dragonfly.password: expected a mapping; found a list'],
    ['  password: { namespace: a, name: "hunter2!", key: k }', /^dragonfly\.password\.name: expected a Kube/],
    ['  port: hunter2', 'dragonfly.port: expected a number; found a string'],
    ['  tls:', 'dragonfly.tls: expected a boolean; found nothing'],
  ])('tells a wrong value by its kind and its place alone: %s', (line, fault) => {
    expect(faultsOf(`${smallSite}${line}\n`)).toEqual([expect.stringMatching(fault)])
    expect(faultsOf(`${smallSite}${line}\n`).join()).not.toContain('hunter2')
  })

  it('counts the faults and says where the fields are described', () => {
    expect(() => parseSite('[]', 'site.yaml')).toThrow(
      expect.objectContaining({
        message: 'site.yaml has a fault',
        faults: ['(document): expected a mapping; found a list'],
        hints: [expect.stringContaining('site.schema.json')],
      }),
    )
  })
})
