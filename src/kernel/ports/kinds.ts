import type { Kind } from './cluster.ts'

/** The kinds of Kubernetes objects that Sealift asks for, by their names here. */
export const kinds = {
  clusterSecretStore: { apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore' },
  cnpgCluster: { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster' },
  cnpgDatabase: { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Database' },
  cnpgRole: { apiVersion: 'postgresql.cnpg.io/v1', kind: 'DatabaseRole' },
  configMap: { apiVersion: 'v1', kind: 'ConfigMap' },
  crd: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
  daemonSet: { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment' },
  dragonfly: { apiVersion: 'dragonflydb.io/v1alpha1', kind: 'Dragonfly' },
  endpointSlice: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
  event: { apiVersion: 'v1', kind: 'Event' },
  externalSecret: { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' },
  ingress: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  ingressClass: { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' },
  job: { apiVersion: 'batch/v1', kind: 'Job' },
  lease: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
  mutatingWebhook: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
  },
  namespace: { apiVersion: 'v1', kind: 'Namespace' },
  node: { apiVersion: 'v1', kind: 'Node' },
  pod: { apiVersion: 'v1', kind: 'Pod' },
  replicaSet: { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  resourceQuota: { apiVersion: 'v1', kind: 'ResourceQuota' },
  secret: { apiVersion: 'v1', kind: 'Secret' },
  secretStore: { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore' },
  service: { apiVersion: 'v1', kind: 'Service' },
  serviceAccount: { apiVersion: 'v1', kind: 'ServiceAccount' },
  statefulSet: { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  validatingWebhook: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
  },
} as const satisfies Readonly<Record<string, Kind>>
