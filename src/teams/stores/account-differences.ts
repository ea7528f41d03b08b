import { isManaged, reviewerBinding } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { AskedVariable } from '../../kernel/inputs/index.ts'
import { covers } from '../../kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { askedBy, requireEnvironment } from '../../kernel/server-variables/index.ts'
import { bindingObject } from './account.ts'
import type { StoreDifference } from './action.ts'
import type { Site } from './site.ts'

/** Lets Infisical ask an API server, whose address is an internal one. */
export const internalVariable = 'ALLOW_INTERNAL_IP_CONNECTIONS' satisfies AskedVariable
/** Who asks for it, as it is noted in the cluster. */
export const loginAsker = 'login'

/**
 * What a way to log in lacks on the site, or has left there: the binding of ESO's account, the server's variable.
 * @throws SealiftError FOREIGN_INSTALL for a binding of its name that is not Sealift's, NOT_INSTALLED, CLUSTER_*
 */
export async function accountDifferences(cluster: Cluster, site: Site): Promise<StoreDifference[]> {
  const { account, externalSecrets, infisical } = site
  const binding = await cluster.get(kinds.clusterRoleBinding, reviewerBinding)
  if (binding !== undefined && !isManaged(binding))
    throw new SealiftError(
      'FOREIGN_INSTALL',
      `ClusterRoleBinding ${reviewerBinding} is there already, and Sealift did not make it`,
      { hints: ['delete it, and run it again'] },
    )
  const { more } = await requireEnvironment(cluster, infisical)
  const asked = (await askedBy(cluster, loginAsker))[internalVariable] !== undefined
  const wanted = account && bindingObject(account, externalSecrets)
  const bound = wanted !== undefined && covers(binding, withoutMetadata(wanted))
  const difference = (kind: 'variable' | 'binding', name: string, there: boolean, detail: string) =>
    ({ change: account === undefined ? 'remove' : there ? 'change' : 'create', kind, name, detail }) as const
  const told = asked && internalVariable in more
  return [
    ...((account === undefined ? asked : !told)
      ? [difference('variable', internalVariable, false, "Infisical's pod starts anew")]
      : []),
    ...((account === undefined ? binding !== undefined : !bound)
      ? [difference('binding', reviewerBinding, binding !== undefined, 'lets it ask who a token is of')]
      : []),
  ]
}

const withoutMetadata = ({ metadata: _, ...rest }: KubernetesObject) => rest
