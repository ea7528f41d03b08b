import { isManaged, reviewerBinding, tokenPolicy } from '../../../kernel/access/index.ts'
import { type Cluster, kinds } from '../../../kernel/ports/index.ts'
import type { Take } from './take.ts'

const objects = [
  // With it, whoever may make an account of ESO's name could ask for it.
  [kinds.clusterRoleBinding, reviewerBinding],
  [kinds.validatingPolicyBinding, tokenPolicy],
  [kinds.validatingPolicy, tokenPolicy],
] as const

/** Takes away what stores needed that logged in as ESO's own account, and nobody else's. @throws SealiftError CLUSTER_* */
export async function takeOperatorsLogin(cluster: Cluster, take: Take): Promise<void> {
  for (const [kind, name] of objects)
    if (isManaged(await cluster.get(kind, name)))
      await take(`${kind.kind} ${name}`, () => cluster.delete(kind, name))
}
