import { managed, reviewerBinding } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import type { AccountLogin } from './site.ts'

/**
 * The service account that ESO runs as, and the CA that kube-controller-manager publishes in every namespace.
 * @throws SealiftError NOT_INSTALLED where ESO's Deployment cannot be told, CLUSTER_*
 */
export async function accountOf(
  cluster: Pick<Cluster, 'get' | 'list'>,
  namespace: string,
): Promise<AccountLogin> {
  const deployments = (await cluster.list(kinds.deployment, namespace)).filter(isController)
  const accounts = new Set(
    deployments.map(deployment => textsIn(podOf(deployment))['serviceAccountName'] ?? 'default'),
  )
  const [account, ...others] = accounts
  if (account === undefined || others.length > 0)
    throw new SealiftError(
      'NOT_INSTALLED',
      account === undefined
        ? `namespace ${namespace} has no Deployment of External Secrets Operator`
        : `namespace ${namespace} has several Deployments of External Secrets Operator`,
      {
        hints: ['run: sealift install BUNDLE -c site.yaml; or let stores log in with login: universal-auth'],
      },
    )
  const root = await cluster.get(kinds.configMap, 'kube-root-ca.crt', namespace)
  const ca = textsIn(root?.['data'])['ca.crt']?.trim()
  if (ca?.includes('BEGIN CERTIFICATE')) return { account, ca }
  throw new SealiftError(
    'CLUSTER_FAILED',
    `namespace ${namespace} has no ConfigMap kube-root-ca.crt with the cluster's CA`,
    {
      hints: ['kube-controller-manager publishes it in every namespace: see whether it runs'],
    },
  )
}

const podOf = (deployment: KubernetesObject) =>
  fieldsOf(fieldsOf(fieldsOf(deployment['spec'])['template'])['spec'])

/** Whether it is the one that reads secrets: the chart's webhook and its cert controller begin with these words. */
function isController(deployment: KubernetesObject): boolean {
  if (!deployment.metadata.labels?.['helm.sh/chart']?.startsWith('external-secrets-')) return false
  const [container] = mappingsOf(podOf(deployment)['containers'])
  const args = container?.['args']
  return !(Array.isArray(args) && ['webhook', 'certcontroller'].includes(args[0] as string))
}

/** Lets the account ask the API server who a token is of: Infisical asks with the token that it is shown. */
export function bindingObject({ account }: AccountLogin, namespace: string): KubernetesObject {
  return {
    ...kinds.clusterRoleBinding,
    metadata: { name: reviewerBinding, labels: managed },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  }
}
