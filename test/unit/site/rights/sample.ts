/** A site and what two charts render to, with something of each kind that rights differ by. */
import type { RightsOf } from '../../../../src/site/rights/index.ts'

const rbac = 'rbac.authorization.k8s.io/v1'
const object = (apiVersion: string, kind: string, name: string, more: object = {}) => ({
  ...{ apiVersion, kind, metadata: { name } },
  ...more,
})

export const sampleSite = {
  metadata: { name: 'sandbox' },
  database: {
    ...{ host: 'postgres.databases.svc', port: 5432, name: 'infisical', user: 'infisical', tls: 'require' },
    admin: { namespace: 'databases', name: 'postgres-superuser', usernameKey: 'u', passwordKey: 'p' },
  },
  dragonfly: { host: 'dragonfly.example.com', port: 6379, database: 3, tls: false },
} as unknown as RightsOf['site']

const crd = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'mice.zoo.example', {
  spec: { group: 'zoo.example', scope: 'Cluster', names: { kind: 'Mouse', plural: 'mice' } },
})

/** Of two releases; parts of it can be others. */
export function rightsOfSample(change: Partial<RightsOf> = {}): RightsOf {
  return {
    site: sampleSite,
    namespaces: ['external-secrets', 'infisical'],
    ...{ infisical: 'infisical', externalSecrets: 'external-secrets', grants: 'escalate' },
    releases: [
      {
        ...{ release: 'external-secrets', namespace: 'external-secrets', crds: [crd] },
        objects: [
          object('apps/v1', 'Deployment', 'external-secrets'),
          object('zoo.example/v1', 'Mouse', 'jerry'),
          object(rbac, 'ClusterRole', 'reader', {
            rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }],
          }),
          object(rbac, 'ClusterRoleBinding', 'reader', { roleRef: { kind: 'ClusterRole', name: 'reader' } }),
          object(rbac, 'ClusterRole', 'metrics', {
            rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }],
          }),
          object(rbac, 'ClusterRole', 'summed', { rules: [], aggregationRule: { clusterRoleSelectors: [] } }),
          object(rbac, 'ClusterRoleBinding', 'delegated', {
            roleRef: { kind: 'ClusterRole', name: 'system:auth-delegator' },
          }),
        ],
      },
      {
        ...{ release: 'infisical', namespace: 'infisical', crds: [] },
        objects: [
          object('apps/v1', 'Deployment', 'infisical'),
          {
            ...object('batch/v1', 'Job', 'before-it'),
            metadata: { name: 'before-it', annotations: { 'helm.sh/hook': 'pre-install' } },
          },
          { ...object('v1', 'Service', 'spy'), metadata: { name: 'spy', namespace: 'elsewhere' } },
        ],
      },
    ],
    ...change,
  }
}
