import type { Asked } from '../../kernel/server-variables/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import type { ReadyLogins } from './ready.ts'

/** The variable that lets the server ask issuers at addresses of private networks. */
export const internalConnections = 'ALLOW_INTERNAL_IP_CONNECTIONS'

/** Who asks for it. */
export const asker = 'identities'

/**
 * What a file's logins need of the server's variables; undefined where the file says nothing of machines, or where an
 * issuer could not be asked: a server that may ask it is not kept from it because it was away for a while.
 */
export function variablesFor({ identities }: Tenancy, ready: ReadyLogins): Asked | undefined {
  if (identities === undefined) return undefined
  const known = [...ready.values()].map(({ isPrivate }) => isPrivate)
  if (known.includes(true)) return { [internalConnections]: 'true' }
  return known.includes(undefined) ? undefined : {}
}
