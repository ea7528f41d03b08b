/** What an API server does with the policy that keeps SecretStores from logging in as External Secrets Operator. */
import { SealiftError } from '../../src/kernel/errors/index.ts'
import { kinds } from '../../src/kernel/ports/index.ts'
import { loginsAsOperator } from '../../src/teams/stores/token-policy.ts'
import type { MemoryCluster } from './memory-cluster.ts'

const name = 'sealift-external-secrets-own-token'

/** Lets a cluster in memory refuse what is tried against the policy, once that and its binding are there. */
export async function enforceTokenPolicy(cluster: MemoryCluster): Promise<void> {
  const names = { kind: 'SecretStore' }
  await cluster.apply({
    ...kinds.crd,
    metadata: { name: 'secretstores.external-secrets.io' },
    spec: { group: 'external-secrets.io', scope: 'Namespaced', names, versions: [{ name: 'v1' }] },
  })
  cluster.behaviour.admit = object => {
    if (object.kind !== 'SecretStore' || !loginsAsOperator(object)) return
    const there = cluster.objects().flatMap(({ kind, metadata }) => (metadata.name === name ? [kind] : []))
    if (!there.includes('ValidatingAdmissionPolicy') || !there.includes('ValidatingAdmissionPolicyBinding'))
      return
    const hints = [
      `the cluster says: ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request`,
    ]
    throw new SealiftError('CLUSTER_DENIED', 'not allowed to patch secretstores', { hints })
  }
}
