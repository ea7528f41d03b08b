import { isManaged, reviewerBinding, tokenPolicy } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { AskedVariable } from '../../kernel/inputs/index.ts'
import { covers } from '../../kernel/owned/index.ts'
import { type Cluster, kinds } from '../../kernel/ports/index.ts'
import { askedBy, haveStarted, requireEnvironment } from '../../kernel/server-variables/index.ts'
import { bindingObject } from './account.ts'
import type { StoreDifference } from './action.ts'
import type { Site } from './site.ts'
import { loginsAsOperator, tokenPolicyState } from './token-policy.ts'

/** Lets Infisical ask an API server, whose address is an internal one. */
export const internalVariable = 'ALLOW_INTERNAL_IP_CONNECTIONS' satisfies AskedVariable
/** Who asks for it, as it is noted in the cluster. */
export const loginAsker = 'login'

/**
 * What a way to log in lacks on the site, or has left there: the policy that keeps teams from it, the binding of ESO's
 * account, the server's variable. They are left for as long as a store of Sealift's that the file does not have logs in by them.
 * @param names of the stores that the file has
 * @throws SealiftError FOREIGN_INSTALL for a binding or policy of its name that is not Sealift's, NOT_INSTALLED, CLUSTER_*
 */
export async function accountDifferences(
  cluster: Cluster,
  site: Site,
  names: readonly string[],
): Promise<StoreDifference[]> {
  const { account, externalSecrets, infisical } = site
  const binding = await cluster.get(kinds.clusterRoleBinding, reviewerBinding)
  if (binding !== undefined && !isManaged(binding))
    throw new SealiftError(
      'FOREIGN_INSTALL',
      `ClusterRoleBinding ${reviewerBinding} is there already, and Sealift did not make it`,
      { hints: ['delete it, and run it again'] },
    )
  const policy = await tokenPolicyState(cluster)
  const asked = (await askedBy(cluster, loginAsker))[internalVariable] !== undefined
  const variable = (change: 'create' | 'remove') =>
    ({ change, kind: 'variable', name: internalVariable, detail: "Infisical's pod starts anew" }) as const
  const bound = (change: 'create' | 'change' | 'remove') =>
    ({ change, kind: 'binding', name: reviewerBinding, detail: 'lets it ask who a token is of' }) as const
  const kept = (change: 'create' | 'change' | 'remove') =>
    ({ change, kind: 'policy', name: tokenPolicy, detail: "keeps teams' SecretStores from it" }) as const
  if (account === undefined) {
    const left = [
      ...(asked ? [variable('remove')] : []),
      ...(binding === undefined ? [] : [bound('remove')]),
      ...(policy === 'absent' ? [] : [kept('remove')]),
    ]
    return left.length === 0 || (await isUsed(cluster, names)) ? [] : left
  }
  const { more } = await requireEnvironment(cluster, infisical)
  const { metadata: _, ...wanted } = bindingObject(account, externalSecrets)
  // A run that was killed may have written it, and not have started the pods.
  const isSet = asked && internalVariable in more && (await haveStarted(cluster, infisical))
  return [
    ...(isSet ? [] : [variable('create')]),
    ...(policy === 'wanted' ? [] : [kept(policy === 'absent' ? 'create' : 'change')]),
    ...(covers(binding, wanted) ? [] : [bound(binding === undefined ? 'create' : 'change')]),
  ]
}

/** Whether a store beside these logs in as ESO's account. */
async function isUsed(cluster: Cluster, names: readonly string[]): Promise<boolean> {
  const others = (await cluster.list(kinds.clusterSecretStore)).filter(
    store => isManaged(store) && !names.includes(store.metadata.name),
  )
  return others.some(loginsAsOperator)
}
