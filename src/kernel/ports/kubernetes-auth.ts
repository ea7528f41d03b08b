/** Service accounts of a cluster that an identity logs in as, and the API server that is asked who a token is of. */
export interface KubernetesAuth {
  /** Address of the API server, as Infisical's pods reach it. */
  readonly host: string
  /** Its CA certificates as PEM: without one a server takes any certificate, and so any answer. */
  readonly ca: string
  /** Names of the service accounts, and their namespaces. */
  readonly names: readonly string[]
  readonly namespaces: readonly string[]
  /** Audience that a token must be for; the API server's own where it is empty. */
  readonly audience: string
  /** How long an access token lives, and how long it can be renewed; seconds. */
  readonly ttl: number
  readonly maxTtl: number
}

/** Such logins of a server's identities. Each call is one request, sent once, and throws SealiftError SERVER_FAILED. */
export interface KubernetesAuthServer {
  /** One that is attached: the list of identities says which are. */
  get(identityId: string): Promise<KubernetesAuth>
  /**
   * Attaches it, without a token of its own to ask with: who logs in asks about itself, and must be let. The server asks
   * the API server for its version at once; an internal address is refused unless the server may ask those.
   */
  attach(identityId: string, auth: KubernetesAuth): Promise<void>
  /** Makes one that is attached like this. */
  change(identityId: string, auth: KubernetesAuth): Promise<void>
  /** Takes it away, and ends all access tokens that it gave. */
  revoke(identityId: string): Promise<void>
}
