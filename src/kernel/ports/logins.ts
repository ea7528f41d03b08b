/** What a server requires of the tokens that an identity logs in with. Texts are patterns, as its `picomatch` has them. */
interface TokenRules {
  /** What `iss` must be, exactly. */
  readonly issuer: string
  /** One of which `aud` must fit. */
  readonly audiences: readonly string[]
  /** What `sub` must fit; anything where it is empty. */
  readonly subject: string
  /** Of each claim, texts of which it must fit one. */
  readonly claims: Readonly<Record<string, readonly string[]>>
  /** How long an access token lives, and how long it can be renewed; seconds. */
  readonly ttl: number
  readonly maxTtl: number
}

/** Tokens of an issuer whom the server asks for its keys, at every login. */
export interface OidcLogin extends TokenRules {
  readonly kind: 'oidc'
  /** Address before `/.well-known/openid-configuration`. */
  readonly discovery: string
  /** CA certificates of the issuer as PEM; empty for those that the server knows. */
  readonly ca: string
}

/** Tokens that are verified with keys which the server has. */
export interface JwtLogin extends TokenRules {
  readonly kind: 'jwt'
  /** Public keys as PEM; empty where it asks an issuer for them. */
  readonly keys: readonly string[]
}

/** A way to log in without a credential that lasts. */
export type Login = OidcLogin | JwtLogin

/** Such logins of a server's identities. Each call is one request, sent once, and throws SealiftError SERVER_FAILED. */
export interface LoginServer {
  /** One that is attached: the list of identities says which are. */
  get(identityId: string, kind: Login['kind']): Promise<Login>
  /** Attaches it; a second time is refused with 400. An issuer whose name the server cannot resolve is a bare 500. */
  attach(identityId: string, login: Login): Promise<void>
  /** Makes one of that kind, which is attached, like this. */
  change(identityId: string, login: Login): Promise<void>
  /** Takes it away, and ends all access tokens that it gave. */
  revoke(identityId: string, kind: Login['kind']): Promise<void>
}
