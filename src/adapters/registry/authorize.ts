import { type Clock, Secret } from '../../kernel/ports/index.ts'
import type { Answer, Asking } from './asking.ts'
import { type Challenge, parseChallenges } from './challenge.ts'
import type { FindCredential } from './credentials.ts'
import { basicHeader, Tokens } from './tokens.ts'
import { discard, drain, type Transport } from './transport.ts'

/** Sends a request, and once more with credentials when it is challenged. */
export type Authorize = (asking: Asking, access: Access) => Promise<Answer>

/** Whose credentials, and for what. */
export interface Access {
  /** Names under which the credential is kept. */
  readonly names: readonly string[]
  /** The image's repository there, for logins that are of a path. */
  readonly repository?: string
  /** `repository:library/redis:pull`, for registries. */
  readonly scope?: string
}

/**
 * Answers WWW-Authenticate challenges (Basic, and Bearer as distribution's spec/auth/token describes it). What
 * a host wanted once is sent at once from then on. A second 401 is given back as it is.
 */
export function createAuthorize(transport: Transport, find: FindCredential, clock: Clock): Authorize {
  const tokens = new Tokens(transport, clock)
  const challenges = new Map<string, Challenge>()

  const headerFor = async (asking: Asking, access: Access, challenge: Challenge, refused?: Secret) => {
    const credential = await orAborted(() => find(access.names, access.repository), asking.signal)
    if (challenge.scheme === 'basic') {
      return credential?.kind === 'password'
        ? basicHeader(credential.username, credential.password)
        : undefined
    }
    if (credential?.kind === 'bearer') return new Secret(`Bearer ${credential.token.reveal()}`)
    const { subject, url } = asking
    const wanted = { subject, origin: url, challenge, scope: access.scope, credential }
    return orAborted(() => tokens.get(wanted, refused), asking.signal)
  }

  /** What a registry that hides its repositories from strangers wants, where there is a login to show. */
  const asked = new Map<string, Promise<Challenge | undefined>>()
  const hidden = async (asking: Asking, access: Access, key: string): Promise<Challenge | undefined> => {
    if (access.scope === undefined) return undefined
    // A helper that fails has no login to show: the answer that there is says more.
    const login = await orAborted(
      () => find(access.names, access.repository).catch(() => undefined),
      asking.signal,
    )
    if (login === undefined) return undefined
    const found = asked.get(key) ?? challengeAtRoot(transport, asking)
    asked.set(key, found)
    return found.catch(() => {
      asked.delete(key)
      return undefined
    })
  }

  return async (asking, access) => {
    const key = JSON.stringify([asking.url.origin, access.scope])
    const known = challenges.get(key)
    const authorization = known && (await headerFor(asking, access, known))
    const answer = await transport.send({ ...asking, authorization })
    const hides = known === undefined && (answer.status === 404 || answer.status === 403)
    const next = async () => {
      const challenge = hides ? await hidden(asking, access, key) : challengeOf(answer, asking)
      return challenge && { challenge, header: await headerFor(asking, access, challenge, authorization) }
    }
    const { challenge, header } =
      (await next().catch((error: unknown) => {
        discard(answer)
        throw error
      })) ?? {}
    if (!challenge || !header || header.reveal() === authorization?.reveal()) return answer
    drain(answer)
    challenges.set(key, challenge)
    return transport.send({ ...asking, authorization: header })
  }
}

/** The challenge of a 401. That of a host that we were redirected to is not for our credentials. */
function challengeOf(answer: Answer, { url }: Asking): Challenge | undefined {
  if (answer.status !== 401 || answer.url.origin !== url.origin) return undefined
  const offered = [answer.headers['www-authenticate'] ?? []].flat().flatMap(parseChallenges)
  return offered.find(({ scheme }) => scheme === 'bearer') ?? offered.find(({ scheme }) => scheme === 'basic')
}

/** GET /v2/, where a registry says how to log in (distribution-spec v1.1, "Determining Support"). */
async function challengeAtRoot(transport: Transport, { subject, url, signal }: Asking) {
  const [root] = /^.*?\/v2\//.exec(url.href) ?? []
  if (root === undefined) return undefined
  const asking = { subject, url: new URL(root), signal }
  const answer = await transport.send(asking)
  drain(answer)
  return challengeOf(answer, asking)
}

/** What others may be waiting for as well: whoever is aborted leaves it to them, and begins nothing. */
async function orAborted<Value>(
  begin: () => Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (!signal) return begin()
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([begin(), aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
