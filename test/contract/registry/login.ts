/** Whom the tests log in as, and what a registry of ours saw of it. */
import type { FaultyRegistry } from '../../support/faulty-registry.ts'

export const user = 'builder'
export const password = 'correct-horse:battery'
export const identityToken = 'refresh-me-4711'

/** What comes after `Basic ` in a header. */
export const basic = Buffer.from(`${user}:${password}`).toString('base64')

export const basicAuth = { scheme: 'basic', user, password } as const
export const bearerAuth = { scheme: 'bearer', user, password } as const

/** Settings of a connection that knows the credentials for this host. */
export const login = (host: string) => ({ auth: { [host]: { username: user, password } } })

/** The Authorization header of each request, in order. */
export const authorizations = ({ requests }: FaultyRegistry) =>
  requests.map(({ headers }) => headers.authorization)
