import type { Kind } from '../ports/index.ts'

/** How RBAC calls a kind. */
export interface Named {
  readonly apiGroup: string
  /** Plural name. */
  readonly resource: string
  readonly namespaced: boolean
}

// Kinds of Kubernetes itself that are in no namespace; a contract test asks a real API server about all that are known.
const clusterWide = new Set([
  'APIService',
  'ClusterRole',
  'ClusterRoleBinding',
  'CSIDriver',
  'CustomResourceDefinition',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
])

// And those of others that Sealift itself writes.
const clusterWideOfOthers = new Set([
  'external-secrets.io/ClusterExternalSecret',
  'external-secrets.io/ClusterPushSecret',
  'external-secrets.io/ClusterSecretStore',
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
  const wide = isOwn ? clusterWide.has(kind) : clusterWideOfOthers.has(`${apiGroup}/${kind}`)
  return { apiGroup, resource: plural(kind.toLowerCase()), namespaced: !wide }
}

function plural(singular: string): string {
  if (singular === 'endpoints') return singular
  if (singular.endsWith('s')) return `${singular}es`
  if (singular.endsWith('y')) return `${singular.slice(0, -1)}ies`
  return `${singular}s`
}
