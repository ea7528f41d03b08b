import type { Cluster } from '../../kernel/ports/index.ts'
import { askedOf } from '../../kernel/server-variables/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import { internalConnections, type ReadyLogins, variablesFor } from '../ci/index.ts'
import type { Difference } from './described.ts'

/**
 * What the server's variables lack for the logins of a file; undefined where they have it. One that no login needs any
 * more is no difference: a store may need it. @throws SealiftError CLUSTER_*
 */
export async function variableDifference(
  tenancy: Tenancy,
  ready: ReadyLogins,
  cluster: Pick<Cluster, 'get'>,
): Promise<Difference | undefined> {
  if (variablesFor(tenancy, ready)?.[internalConnections] === undefined) return undefined
  if ((await askedOf(cluster))[internalConnections] !== undefined) return undefined
  const detail = 'issuers in private networks can be asked; the server starts anew once'
  return { change: 'create', kind: 'variable', name: internalConnections, detail }
}
