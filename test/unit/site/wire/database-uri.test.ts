import { inspect } from 'node:util'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { Secret } from '../../../../src/kernel/ports/index.ts'
import { databasePlace, podLogin } from '../../../../src/site/wire/connection.ts'
import { parseDatabaseUri, podUri, tlsOf } from '../../../../src/site/wire/database-uri.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { connectionOf } from '../../../support/infisical/server/database.ts'
import { rejection, siteCluster } from './memory.ts'
import { fullSite } from './sites.ts'

const plain = 'postgresql://app:hunter2@pg:5432/app'
const sslmodes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']

/** What the driver that Infisical uses makes of a URI: its own client, not connected. */
function tlsOfDriver(uri: string, ca?: string): string {
  const { ssl }: { ssl: unknown } = new pg.Client(connectionOf(uri, ca))
  if (ssl === false) return 'disable'
  return (ssl as { rejectUnauthorized?: boolean }).rejectUnauthorized === false ? 'require' : 'verify-full'
}

const pod = (uri: string, tls: Parameters<typeof podUri>[1]) =>
  podUri(new Secret(uri), tls, 'database.uri').reveal()
const refusal = (uri: string, tls: Parameters<typeof podUri>[1] = 'require') =>
  rejection((async () => pod(uri, tls))())

describe('an sslmode', () => {
  it('is what pg makes of it where there is no CA: any but two checks the certificate', () => {
    const read = sslmodes.map(mode => [mode, tlsOfDriver(`${plain}?sslmode=${mode}`)])
    expect(Object.fromEntries(read)).toEqual({
      disable: 'disable',
      allow: 'verify-full',
      prefer: 'verify-full',
      require: 'verify-full',
      'verify-ca': 'verify-full',
      'verify-full': 'verify-full',
      'no-verify': 'require',
    })
    expect(tlsOfDriver(plain)).toBe('disable')
    expect(tlsOfDriver(`${plain}?sslmode=nonsense`)).toBe('verify-full')
  })

  it.each([undefined, ...sslmodes, 'nonsense'])(
    '%s is read as Infisical does, with a CA and without',
    mode => {
      const uri = mode === undefined ? plain : `${plain}?sslmode=${mode}`
      expect(tlsOf(mode, false)).toBe(tlsOfDriver(uri))
      expect(tlsOf(mode, true)).toBe(tlsOfDriver(uri, 'PEM'))
    },
  )

  it('means something else with the parameters that are refused beside it', () => {
    expect(tlsOfDriver(`${plain}?uselibpqcompat=true&sslmode=require`)).toBe('require')
    expect(tlsOfDriver(`${plain}?ssl=true`)).toBe('verify-full')
    // Not even with the CA that Infisical was given.
    expect(new pg.Client(connectionOf(`${plain}?ssl=true&sslmode=verify-full`, 'PEM'))).toMatchObject({
      ssl: true,
    })
  })
})

describe('the URI for the pod', () => {
  it.each([
    [plain, `${plain}?sslmode=no-verify`],
    [` ${plain}\n`, `${plain}?sslmode=no-verify`],
    [`${plain}?`, `${plain}?sslmode=no-verify`],
    [`${plain}?application_name=a%20b`, `${plain}?application_name=a%20b&sslmode=no-verify`],
    [`${plain}?application_name=x&`, `${plain}?application_name=x&sslmode=no-verify`],
    ['postgres://a%70p:p@ss%2f!@[::1]/app', 'postgres://a%70p:p@ss%2f!@[::1]/app?sslmode=no-verify'],
  ])('is the one of the site with what tls means behind it: %#', (given, made) => {
    expect(pod(given, 'require')).toBe(made)
    expect(pod(given, 'disable')).toBe(given.trim())
    expect(pod(given, 'verify-full')).toBe(made.replace('no-verify', 'verify-full'))
  })

  it.each(
    (['disable', 'require', 'verify-full'] as const).flatMap(tls =>
      sslmodes.map(mode => [tls, mode] as const),
    ),
  )('with tls %s keeps sslmode=%s only where Infisical does the same with it', async (tls, mode) => {
    const uri = `${plain}?application_name=x&sslmode=${mode}`
    const does = tlsOfDriver(uri, tls === 'verify-full' ? 'PEM' : undefined)
    if (does === tls) return expect(pod(uri, tls)).toBe(uri)
    const error = await refusal(uri, tls)
    expect(error.code).toBe('SITE_INVALID')
    expect(error.message).toContain(`database.uri says sslmode=${mode}, `)
    expect(error.message).toContain(`the site file says database.tls: ${tls}, `)
    expect(error.hints[0]).toContain('Leave sslmode out of the URI')
  })

  it('says what an sslmode does, and which tls it would go with', async () => {
    const error = await refusal(`${plain}?sslmode=require`)
    expect(error.message).toBe(
      'database.uri says sslmode=require, with which Infisical encrypts and checks the certificate; the site file says database.tls: require, which encrypts and trusts any certificate',
    )
    // With a CA Infisical would not check it at all: no tls goes with it.
    expect(error.hints).toHaveLength(1)
    expect((await refusal(`${plain}?sslmode=disable`)).hints[1]).toBe('Or set database.tls to disable.')
    const checked = await refusal(`${plain}?sslmode=verify-full`, 'disable')
    expect(checked.hints[1]).toBe('Or set database.tls to verify-full, with database.ca.')
  })

  it('does not show an sslmode that is none', async () => {
    const error = await refusal(`${plain}?sslmode=hunter2`)
    expect(error.message).toContain('says an sslmode that it does not know')
    expect((await refusal(`${plain}?sslmode=`)).message).toContain('an sslmode that it does not know')
    expect(inspect(error)).not.toContain('hunter2')
  })

  it.each([
    'host=/run/postgresql',
    'port=1',
    'user=x',
    'password=hunter2',
    'ssl=true',
    'sslnegotiation=direct',
    'uselibpqcompat=true',
    'sslcert=/c',
    'sslkey=/k',
    'sslrootcert=/r',
  ])('has no other parameter that decides about the connection: %s', async parameter => {
    const error = await refusal(`${plain}?sslmode=no-verify&${parameter}`)
    expect(error.code).toBe('SITE_INVALID')
    expect(error.message).toBe(`database.uri has the parameter ${parameter.split('=')[0]}`)
    expect(error.hints[0]).toContain('database.tls')
    expect(inspect(error)).not.toContain('hunter2')
  })

  it('says its sslmode once', async () => {
    const error = await refusal(`${plain}?sslmode=no-verify&sslmode=disable`)
    expect(error.message).toBe('database.uri says sslmode more than once')
  })
})

describe('a database URI', () => {
  it.each([
    'postgres://app:pw@pg/app',
    'postgresql://app:pw@pg.data:6543/app',
    'postgresql://a%40b:p%2F%23%3F%25@pg/app',
    'postgresql://app:p@ss:word@pg/app',
    'postgresql://app:pw@[2001:db8::1]:5433/app',
    'postgresql://app:pw@cluster_rw.data.svc.cluster.local./a%2Fb%20c',
    'postgresql://app:pw@pg:/app?application_name=x',
  ])('comes apart as it does in pg: %s', text => {
    const { password, ...parts } = parseDatabaseUri(new Secret(text), 'here')
    const { user, host, port, database, password: word } = new pg.Client({ connectionString: text })
    expect({ ...parts, password: password.reveal() }).toEqual({ user, host, port, database, password: word })
  })

  const encode = 'Percent-encode what is special in user and password: %25 for %, %40 for @, %2F for /.'
  it.each([
    ['postgresql://app:hunter2%@pg/app', encode],
    ['postgresql://app:hunter2/x@pg/app', encode],
    ['postgresql://app:hunter2#x@pg/app', encode],
    ['postgresql://app:hunter2?x@pg/app', encode],
    // The one before the last @ would be the host, or go into the database's name.
    ['postgresql://app:1@hunter2/x@pg/app', encode],
    ['postgresql://app:1/hunter2@pg/app', encode],
    ['postgresql://app:hunter2@pg/app#x', encode],
    ['postgresql://app:hunter2@pg/app?options=-c x', encode],
    ['postgresql://app:hunter2@pg/a/b', encode],
    ['postgresql://app:hunter2@pg:postgres/app', 'A port is a number from 1 to 65535.'],
    ['postgresql://app:hunter2@pg:99999/app', 'A port is a number from 1 to 65535.'],
    ['postgresql://app:hunter2@pg:0/app', 'A port is a number from 1 to 65535.'],
    ['postgresql://app:hunter2@/app', 'Name a host: '],
    ['postgresql://app:hunter2@:5432/app', 'Name a host: '],
    ['postgresql:///app?host=/run&password=hunter2', 'Name a host: '],
    ['postgresql://app:hunter2@%2Frun%2Fpostgresql/app', 'Name a host: '],
    ['socket:/run/postgresql?db=app&password=hunter2', 'Name a host: '],
    ['postgresql://app:hunter2@pg-1,pg-2/app', 'Name one host, '],
    ['postgresql://app:hunter2@pg-1:5432,pg-2:5432/app', 'Name one host, '],
    ['host=pg user=app password=hunter2', encode],
    ['jdbc:postgresql://pg/app?user=app&password=hunter2', encode],
    ['postgresql://hunter2@pg', encode],
    ['', encode],
  ])('that is none is refused, with what to do, and is not shown: %s', async (text, hint) => {
    const error = await refusal(text)
    expect(error.code).toBe('SITE_INVALID')
    expect(error.message).toBe('database.uri is not postgresql://USER:PASSWORD@HOST:PORT/DATABASE')
    expect(error.hints[0]).toContain(hint)
    expect(inspect(error)).not.toContain('hunter2')
  })
})

describe('the login of the check', () => {
  it('is that of the URI and the CA that the pod has', () => {
    const login = (sslmode: string, ca?: string) =>
      podLogin(new Secret(`${plain}${sslmode}`), ca, 'here').place
    expect(login('')).toEqual({ tls: 'disable', serverName: 'pg' })
    expect(login('?sslmode=no-verify')).toEqual({ tls: 'require', serverName: 'pg' })
    expect(login('?sslmode=require')).toEqual({ tls: 'verify-full', serverName: 'pg' })
    expect(login('', 'PEM')).toEqual({ tls: 'verify-full', serverName: 'pg', ca: 'PEM' })
    expect(login('?sslmode=require', 'PEM')).toEqual({ tls: 'require', serverName: 'pg' })
    expect(() => login('?sslrootcert=/ca.pem')).toThrow('here has the parameter sslrootcert')
  })

  it('has no CA that the pod is not given', async () => {
    const cluster = await siteCluster(secretObject('databases', 'postgres-ca', { 'ca.crt': 'PEM' }))
    const place = (tls: string) =>
      databasePlace(cluster, parseSite(fullSite.replace('verify-full', tls), 'site.yaml'))
    expect(await place('verify-full')).toMatchObject({ tls: 'verify-full', ca: 'PEM' })
    for (const tls of ['require', 'disable']) expect(await place(tls)).not.toHaveProperty('ca')
  })
})
