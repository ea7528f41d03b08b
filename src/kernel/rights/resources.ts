import type { Kind } from '../ports/index.ts'

/** How RBAC calls a kind. */
export interface Named {
  readonly apiGroup: string
  /** Plural name. */
  readonly resource: string
  readonly namespaced: boolean
}

// Kinds of Kubernetes itself that are in no namespace: a test asks a real API server about all of its own.
const clusterWide = new Set(
  [
    'APIService CertificateSigningRequest ClusterRole ClusterRoleBinding ComponentStatus',
    'CSIDriver CSINode CustomResourceDefinition DeviceClass FlowSchema',
    'IngressClass IPAddress MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration',
    'Namespace Node PersistentVolume PriorityClass PriorityLevelConfiguration',
    'ResourceSlice RuntimeClass ServiceCIDR StorageClass ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment VolumeAttributesClass',
  ].flatMap(line => line.split(' ')),
)

// And those of others that charts often have, beside what Sealift itself writes.
const clusterWideOfOthers = new Set([
  'external-secrets.io/ClusterExternalSecret',
  'external-secrets.io/ClusterPushSecret',
  'external-secrets.io/ClusterSecretStore',
  'cert-manager.io/ClusterIssuer',
  'gateway.networking.k8s.io/GatewayClass',
  'snapshot.storage.k8s.io/VolumeSnapshotClass',
  'snapshot.storage.k8s.io/VolumeSnapshotContent',
])

/**
 * How RBAC calls a kind. `defined` says it for kinds that CRDs define. Of any other the plural is made as Kubernetes makes
 * it where nobody says (apimachinery, meta.UnsafeGuessKindToResource), and it is taken to be in a namespace.
 */
export function resourceOf(
  { apiVersion, kind }: Kind,
  defined: ReadonlyMap<string, Named> = new Map(),
): Named {
  const apiGroup = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
  const known = defined.get(`${apiGroup}/${kind}`)
  if (known !== undefined) return known
  const isOwn = !apiGroup.includes('.') || apiGroup.endsWith('.k8s.io')
  const wide = (isOwn && clusterWide.has(kind)) || clusterWideOfOthers.has(`${apiGroup}/${kind}`)
  return { apiGroup, resource: plural(kind.toLowerCase()), namespaced: !wide }
}

function plural(singular: string): string {
  if (singular === 'endpoints') return singular
  if (singular.endsWith('s')) return `${singular}es`
  if (singular.endsWith('y')) return `${singular.slice(0, -1)}ies`
  return `${singular}s`
}
