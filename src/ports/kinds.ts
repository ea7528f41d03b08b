import type { Kind } from './cluster.ts'

/** The kinds of Kubernetes objects that Sealift asks for, by their names here. */
export const kinds = {
  clusterSecretStore: { apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore' },
  configMap: { apiVersion: 'v1', kind: 'ConfigMap' },
  crd: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment' },
  endpointSlice: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
  event: { apiVersion: 'v1', kind: 'Event' },
  externalSecret: { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' },
  lease: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
  mutatingWebhook: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
  },
  namespace: { apiVersion: 'v1', kind: 'Namespace' },
  node: { apiVersion: 'v1', kind: 'Node' },
  pod: { apiVersion: 'v1', kind: 'Pod' },
  secret: { apiVersion: 'v1', kind: 'Secret' },
  service: { apiVersion: 'v1', kind: 'Service' },
  serviceAccount: { apiVersion: 'v1', kind: 'ServiceAccount' },
  validatingWebhook: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
  },
} as const satisfies Readonly<Record<string, Kind>>
