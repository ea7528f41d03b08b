import { SealiftError } from '../../kernel/errors/index.ts'
import { type DatabaseLogin, type Endpoint, Secret } from '../../kernel/ports/index.ts'
import { bare, bracket, decoded } from './uri-parts.ts'

type Tls = DatabaseLogin['tls']

/** Who logs in where: a database URI taken apart. */
export interface DatabaseUri extends Endpoint {
  readonly user: string
  readonly password: Secret
  readonly database: string
}

/** `sslmode` by which Infisical does what the site file calls `tls`; nothing said is no TLS. See {@link tlsOf}. */
const sslModes = { disable: undefined, require: 'no-verify', 'verify-full': 'verify-full' } as const

const does = {
  disable: 'does not encrypt',
  require: 'encrypts and trusts any certificate',
  'verify-full': 'encrypts and checks the certificate',
} as const

/** Parameters that decide about server, login or TLS in ways that differ between versions of `pg`, or need files in the pod. */
const deciding = ['host', 'port', 'user', 'password', 'ssl', 'sslnegotiation', 'uselibpqcompat']
const files = ['sslcert', 'sslkey', 'sslrootcert']

/** The connection URI for Infisical: every part percent-encoded. */
export function databaseUri(parts: DatabaseUri, tls: Tls): Secret {
  const { host, port, user, password, database } = parts
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password.reveal())}`
  return new Secret(
    withTls(`postgresql://${login}@${bracket(host)}:${port}/${encodeURIComponent(database)}`, tls),
  )
}

/**
 * The URI for Infisical made of one that the site names: as it stands, and with the `sslmode` that `tls` means where
 * it says none. `where` names its place for the message.
 * @throws SealiftError SITE_INVALID where it says another one, or what Infisical's driver takes in more than one way;
 * without the URI's text in it
 */
export function podUri(uri: Secret, tls: Tls, where: string): Secret {
  const sslmode = sslmodeOf(uri, where)
  const text = uri.reveal().trim()
  if (sslmode === undefined) return new Secret(withTls(text, tls))
  const meant = tlsOf(sslmode, tls === 'verify-full')
  if (meant === tls) return new Secret(text)
  const said = known.has(sslmode) ? `sslmode=${sslmode}` : 'an sslmode that it does not know'
  const agrees = tlsOf(sslmode, meant === 'verify-full') === meant
  throw new SealiftError(
    'SITE_INVALID',
    `${where} says ${said}, with which Infisical ${does[meant]}; the site file says database.tls: ${tls}, which ${does[tls]}`,
    {
      hints: [
        'Leave sslmode out of the URI: Infisical is given the one that database.tls means.',
        ...(agrees
          ? [`Or set database.tls to ${meant}${meant === 'verify-full' ? ', with database.ca' : ''}.`]
          : []),
      ],
    },
  )
}

const known = new Set(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'])

/**
 * What Infisical does with a URI's `sslmode`. Without DB_ROOT_CERT that is what `pg` makes of it (pg-connection-string):
 * any but `disable` and `no-verify`, `require` too, checks the certificate, by the CAs that Node knows; without one
 * there is no TLS. With DB_ROOT_CERT Infisical reads it itself (backend/src/db/instance.ts) and checks by that CA, but
 * for all that are neither `verify-ca` nor `verify-full`; the name is checked with both.
 */
export function tlsOf(sslmode: string | undefined, rootCert: boolean): Tls {
  if (sslmode === undefined) return rootCert ? 'verify-full' : 'disable'
  if (sslmode === 'disable') return 'disable'
  if (rootCert) return sslmode === 'verify-ca' || sslmode === 'verify-full' ? 'verify-full' : 'require'
  return sslmode === 'no-verify' ? 'require' : 'verify-full'
}

/**
 * The URI's `sslmode`, which alone says how it connects.
 * @throws SealiftError SITE_INVALID where something else in it does, too
 */
export function sslmodeOf(uri: Secret, where: string): string | undefined {
  parseDatabaseUri(uri, where)
  const text = uri.reveal().trim()
  // In a database's name they are what is left of a password with such a sign in it.
  const [, path = ''] = /^[^:]+:\/\/[^/]*\/([^?]*)/.exec(text) ?? []
  if (/[\s#]/.test(text) || /[/@]/.test(path)) throw noUri(where, [])
  const { searchParams } = new URL(text)
  const refused = [...deciding, ...files].find(name => searchParams.has(name))
  if (refused !== undefined)
    throw new SealiftError('SITE_INVALID', `${where} has the parameter ${refused}`, {
      hints: [
        files.includes(refused)
          ? "Infisical's pod has no such file: name the CA in database.ca, with database.tls: verify-full."
          : 'Say server and login in the URI before its question mark, and TLS by database.tls alone.',
      ],
    })
  const [sslmode, another] = searchParams.getAll('sslmode')
  if (another === undefined) return sslmode
  throw new SealiftError('SITE_INVALID', `${where} says sslmode more than once`, {
    hints: ['Leave sslmode out of the URI: Infisical is given the one that database.tls means.'],
  })
}

/**
 * Takes a `postgresql://` URI apart, as `pg` does; `where` names its place for the message.
 * @throws SealiftError SITE_INVALID without the URI's text in it
 */
export function parseDatabaseUri(uri: Secret, where: string): DatabaseUri {
  const text = uri.reveal().trim()
  const url = URL.canParse(text) ? new URL(text) : undefined
  const [user, password] = [url?.username, url?.password].map(part => decoded(part))
  // As pg decodes it: %2F and the like stay.
  const database = decoded(url?.pathname.slice(1), decodeURI)
  if (
    url === undefined ||
    !/^postgres(ql)?:$/.test(url.protocol) ||
    !hostForm.test(url.hostname) ||
    url.port === '0' ||
    !user ||
    password === undefined ||
    !database
  )
    throw noUri(where, hintsFor(text))
  return {
    host: bare(url.hostname),
    port: url.port === '' ? 5432 : Number(url.port),
    user,
    password: new Secret(password),
    database,
  }
}

/** A host name, with what DNS does not allow but people use, or an IP address. */
const hostForm = /^([A-Za-z0-9_]([A-Za-z0-9._-]*)|\[[0-9A-Fa-f:.]+\])$/

function hintsFor(text: string): string[] {
  const [, login, host] = /^[^:]+:\/\/(?:([^/?#]*)@)?([^/?#]*)/.exec(text) ?? []
  if (/^(:|%2f|$)/i.test(host ?? '-') || text.startsWith('/') || text.startsWith('socket:'))
    return ['Name a host: a pod cannot reach a socket in the file system.']
  if (login !== undefined && host?.includes(','))
    return ["Name one host, such as the Service that leads to the primary: Infisical's driver takes no list."]
  const [, port] = /:([^:\]]+)$/.exec(host ?? '') ?? []
  if (login !== undefined && port !== undefined && !(Number(port) >= 1 && Number(port) <= 65535))
    return ['A port is a number from 1 to 65535.']
  return []
}

function noUri(where: string, hints: readonly string[]): SealiftError {
  return new SealiftError('SITE_INVALID', `${where} is not postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, {
    hints: [
      ...hints,
      'Percent-encode what is special in user and password: %25 for %, %40 for @, %2F for /.',
    ],
  })
}

/** Adds a parameter behind all that is there. */
function withTls(text: string, tls: Tls): string {
  const sslmode = sslModes[tls]
  if (sslmode === undefined) return text
  const joint = !text.includes('?') ? '?' : /[?&]$/.test(text) ? '' : '&'
  return `${text}${joint}sslmode=${sslmode}`
}
