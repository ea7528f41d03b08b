/** What came of asking an OpenID Connect issuer for its discovery document and its keys. */
export type IssuerAnswer =
  | {
      readonly reached: true
      /** What it calls itself. */
      readonly issuer: string
      /** Whether it, or the place of its keys, is at an address of a private network. */
      readonly isPrivate: boolean
    }
  | {
      readonly reached: false
      /** Where it could not be fetched from, and why, in a sentence without its end. */
      readonly why: string
    }

/** OpenID Connect issuers, asked from this machine. */
export interface Issuers {
  /**
   * Asks for `DISCOVERY/.well-known/openid-configuration` and for the keys that it names, over TLS that is verified with
   * `ca` (PEM), or with the CAs that this machine knows where it is empty. Never throws but when interrupted.
   */
  ask(discovery: string, ca: string, signal: AbortSignal): Promise<IssuerAnswer>
}
