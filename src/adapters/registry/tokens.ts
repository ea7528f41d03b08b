import * as z from 'zod'
import { SealiftError } from '../../kernel/errors/index.ts'
import { type Clock, Secret } from '../../kernel/ports/index.ts'
import { readBody, readRefusal } from './answer.ts'
import type { Asking } from './asking.ts'
import type { Challenge } from './challenge.ts'
import { printUrl } from './endpoint.ts'
import { statusFailure } from './failures.ts'
import type { Credential } from './registries.ts'
import type { Transport } from './transport.ts'

/** A token to ask for. */
export interface TokenRequest {
  readonly subject: string
  /** Address of the registry that sent the challenge. */
  readonly origin: URL
  readonly challenge: Challenge
  /** Used when the challenge names no scope. */
  readonly scope: string | undefined
  readonly credential: Credential | undefined
}

// Servers fill one of the two and leave the other empty; a time of any other form than the specification's is none.
const answerShape = z.looseObject({
  token: z.string().min(1).optional().catch(undefined),
  access_token: z.string().min(1).optional().catch(undefined),
  expires_in: z.number().positive().optional().catch(undefined),
})

/** Basic credentials as a header's value (RFC 7617). */
export function basicHeader(username: string, password: Secret): Secret {
  return new Secret(`Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`)
}

/** Gives bearer tokens, and keeps each for its realm, service and scope until it expires. */
export class Tokens {
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #kept = new Map<string, { readonly token: Promise<Secret>; expires: number }>()

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport
    this.#clock = clock
  }

  /**
   * A token as a header's value; `refused` is one that no longer serves.
   * @throws SealiftError REGISTRY_DENIED, REGISTRY_FAILED; Passing
   */
  get(wanted: TokenRequest, refused?: Secret): Promise<Secret> {
    const { challenge, scope, origin } = wanted
    const { realm = '', service = '' } = challenge.parameters
    const key = JSON.stringify([origin.origin, realm, service, challenge.parameters['scope'] ?? scope])
    const kept = this.#kept.get(key)
    if (kept && kept.expires > this.#clock.now()) {
      return kept.token.then(token => {
        if (token.reveal() !== refused?.reveal()) return token
        // Only who finds the refused one still there asks for another; the rest share that one.
        if (this.#kept.get(key) === kept) this.#kept.delete(key)
        return this.get(wanted)
      })
    }
    const fetched = this.#fetch(wanted)
    const entry = { token: fetched.then(({ token }) => token), expires: Number.POSITIVE_INFINITY }
    this.#kept.set(key, entry)
    fetched.then(
      ({ seconds }) => {
        // A tenth less, so that none expires on its way.
        entry.expires = this.#clock.now() + seconds * 900
      },
      () => this.#kept.get(key) === entry && this.#kept.delete(key),
    )
    return entry.token
  }

  /** One exchange at the realm (distribution: spec/auth/token, and spec/auth/oauth for refresh tokens). */
  async #fetch(wanted: TokenRequest): Promise<{ token: Secret; seconds: number }> {
    const { subject, credential, origin, challenge } = wanted
    const url = realmUrl(subject, origin, challenge)
    const scope = challenge.parameters['scope'] ?? wanted.scope
    const query = new URLSearchParams()
    if (challenge.parameters['service']) query.set('service', challenge.parameters['service'])
    for (const each of scope?.split(' ') ?? []) query.append('scope', each)
    // No signal: others may be waiting for the same token. The timeouts hold.
    const asking = { subject, url, ...exchange(url, query, scope, credential) } satisfies Asking
    const answer = await this.#transport.send(asking)
    if (answer.status !== 200) {
      const refusal = await readRefusal(asking, answer, this.#clock)
      throw statusFailure(subject, { ...refusal, account: origin.host, authorized: credential !== undefined })
    }
    const parsed = answerShape.safeParse(jsonOf(await readBody(asking, answer, 1024 * 1024)))
    const token = parsed.data?.token ?? parsed.data?.access_token
    if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) {
      throw new SealiftError('REGISTRY_FAILED', `${subject}: ${printUrl(url)} answered without a token`)
    }
    // The specification's own default is 60 seconds.
    return { token: new Secret(`Bearer ${token}`), seconds: parsed.data?.expires_in ?? 60 }
  }
}

/** How a credential is exchanged: a form for a refresh token, a query with or without Basic for the rest. */
function exchange(
  url: URL,
  query: URLSearchParams,
  scope: string | undefined,
  credential: Credential | undefined,
) {
  if (credential?.kind === 'identity') {
    query.set('grant_type', 'refresh_token')
    query.set('client_id', 'sealift')
    if (scope) query.set('scope', scope)
    query.set('refresh_token', credential.token.reveal())
    return { form: query }
  }
  for (const [name, value] of query) url.searchParams.append(name, value)
  if (credential?.kind !== 'password') return {}
  url.searchParams.set('account', credential.username)
  return { authorization: basicHeader(credential.username, credential.password) }
}

/** Credentials go to the realm: so a registry spoken to over TLS may not name a realm without it. */
function realmUrl(subject: string, origin: URL, { parameters }: Challenge): URL {
  const url = URL.parse(parameters['realm'] ?? '')
  const fits = url?.protocol === 'https:' || (url?.protocol === 'http:' && origin.protocol === 'http:')
  if (url && fits) return url
  throw new SealiftError('REGISTRY_FAILED', `${subject}: ${origin.origin} names no usable token server`)
}

function jsonOf(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString('utf8') ?? '')
  } catch {
    return undefined
  }
}
