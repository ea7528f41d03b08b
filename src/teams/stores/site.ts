/** ESO's own service account, and the CA of the API server that vouches for it, as PEM. */
export interface AccountLogin {
  readonly account: string
  readonly ca: string
}

/** Namespaces that stores are made of. */
export interface Site {
  readonly infisical: string
  readonly externalSecrets: string
  /** Where stores log in as ESO's own service account. */
  readonly account?: AccountLogin
}
