import {
  type ErrorCode,
  messageOf,
  printable,
  SealiftError,
  type ServerTrouble,
  systemCode,
} from '../../kernel/errors/index.ts'
import type { Secret } from '../../kernel/ports/index.ts'
import { dockerHub, printUrl } from './endpoint.ts'

/** A failure that may pass: what to tell when it does not, and how to try again. */
export class Passing extends Error {
  readonly final: SealiftError
  /** How often to try in all. */
  readonly tries: number
  /** How long the server asked to wait, in milliseconds. */
  readonly wait: number | undefined
  /** What it says of the server, for whoever would ask it for something else. */
  readonly trouble: ServerTrouble['kind']

  constructor(
    final: SealiftError,
    tries: number,
    wait?: number,
    trouble: ServerTrouble['kind'] = wait === undefined ? 'fails' : 'waits',
  ) {
    super(final.message)
    this.final = final
    this.tries = tries
    this.wait = wait
    this.trouble = trouble
  }
}

const offline = [
  'A bundle is built on a connected host: is this one, and does it need HTTPS_PROXY?',
  'Mirrors that can be reached are named in a file in the form of K3s: --registries registries.yaml',
]

const tries = 5
// Name servers answer for certain, or not at all after a long wait: asking five times helps nobody.
const fewerTries: Readonly<Record<string, number>> = {
  ENOTFOUND: 1,
  ENETUNREACH: 1,
  EAI_AGAIN: 2,
  ERR_PROXY_TUNNEL: 2,
}

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'the name server does not answer',
  ETIMEDOUT: 'timed out',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ERR_PROXY_TUNNEL: 'the proxy that HTTPS_PROXY names opens no tunnel to it',
}

const plainHttp = /^(?:EPROTO|ERR_SSL_(?:PACKET_LENGTH_TOO_LONG|WRONG_VERSION_NUMBER))$/
const untrusted = /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/

/** What a connection that could not be made, or broke, means. `subject` is what was asked for. */
export function networkFailure(subject: string, url: URL, error: unknown): Passing | SealiftError {
  const code = systemCode(error) ?? ''
  const say = (kind: ErrorCode, what: string, hints: readonly string[]) =>
    new SealiftError(kind, `${subject}: ${what}`, { cause: error, hints })
  if (plainHttp.test(code) || untrusted.test(code)) {
    const reason = plainHttp.test(code)
      ? `it does not speak TLS (${code})`
      : `its certificate is not trusted (${code})`
    const hint = plainHttp.test(code)
      ? `If it serves plain HTTP, name it so in --registries: mirrors."${url.host}".endpoint: ["http://${url.host}"]`
      : `A private CA is named in --registries (configs."${url.host}".tls.ca_file) or by NODE_EXTRA_CA_CERTS`
    return say('REGISTRY_UNREACHABLE', `cannot talk to ${url.origin}: ${reason}`, [hint])
  }
  const reason = unreachable[code]
  if (reason !== undefined) {
    const final = say('REGISTRY_UNREACHABLE', `cannot reach ${url.origin}: ${reason} (${code})`, offline)
    return new Passing(final, fewerTries[code] ?? tries)
  }
  const words = printable(code || messageOf(error))
  return new Passing(say('REGISTRY_FAILED', `the connection to ${url.origin} broke (${words})`, []), tries)
}

/** A refusing answer, read so far as it is needed to tell of it. */
export interface Refusal {
  readonly url: URL
  readonly status: number
  /** What the server says: `MANIFEST_UNKNOWN: manifest unknown`, or nothing. */
  readonly detail: string
  /** How long the server asks to wait, in milliseconds. */
  readonly wait?: number | undefined
  /** The host whose credentials count: not that of its token server or its storage. */
  readonly account: string
  /** Whether credentials were sent. */
  readonly authorized: boolean
}

/** What a status other than the hoped for means. `notFound` is the code that 404 gets. */
export function statusFailure(
  subject: string,
  refusal: Refusal,
  notFound: ErrorCode = 'REGISTRY_FAILED',
): Passing | SealiftError {
  const { url, status, wait } = refusal
  const where = printUrl(url)
  const told = refusal.detail === '' ? `${status}` : `${status} ${refusal.detail}`
  const say = (kind: ErrorCode, what: string, ...hints: string[]) =>
    new SealiftError(kind, `${subject}: ${what}`, { hints })
  if (status === 401 || status === 403) {
    const account = refusal.account === dockerHub.server ? dockerHub.registry : refusal.account
    const hint = refusal.authorized
      ? `The credentials for ${account} were not accepted: check their rights, and whether they have expired`
      : `Credentials for ${account} go into --registries (configs."${account}".auth), or: docker login ${account}`
    const also = 'Registries also answer so when there is no such repository: check the name'
    return say('REGISTRY_DENIED', `${where} denies access (${told})`, hint, also)
  }
  // A few registries say with a 400 what the others say with a 404: their code tells (distribution-spec, "Error Codes").
  if (status === 404 || (status === 400 && /^(?:MANIFEST|BLOB|NAME)_UNKNOWN\b/.test(refusal.detail))) {
    return say(
      notFound,
      `not found at ${where} (${told})`,
      'Check the name and the version, and the mirrors in --registries',
    )
  }
  if (status === 429) {
    const hint =
      'Log in for a higher limit, name a mirror in --registries, or run it again later: what is there is kept'
    return new Passing(
      say('REGISTRY_FAILED', `${where} asks to slow down (${told})`, hint),
      tries,
      wait,
      'waits',
    )
  }
  const failed = say('REGISTRY_FAILED', `${where} answered ${told}`)
  return status >= 500 || status === 408 ? new Passing(failed, tries, wait) : failed
}

/** Server words without what we sent it: some servers repeat the request in their error. */
export function withoutSecret(text: string, { authorization, form, url }: Sent): string {
  const [scheme = '', value = ''] = authorization?.reveal().split(' ') ?? []
  const decoded = scheme === 'Basic' ? Buffer.from(value, 'base64').toString('utf8') : ''
  const token = form?.get('refresh_token') ?? ''
  // An address can carry a token in its query, as those of object stores do; short values are `true` or a version.
  const query = [...(url?.searchParams.values() ?? [])].filter(text => text.length >= 8)
  const hidden = [
    value,
    decoded,
    decoded.slice(decoded.indexOf(':') + 1),
    token,
    encodeURIComponent(token),
  ].concat(url?.search.slice(1) ?? '', query, query.map(encodeURIComponent))
  return hidden.reduce(
    (shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '[secret]')),
    text,
  )
}

/** What of a request may be secret. */
interface Sent {
  readonly authorization: Secret | undefined
  readonly form?: URLSearchParams | undefined
  readonly url?: URL | undefined
}
