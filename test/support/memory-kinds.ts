import type { Kind, KubernetesObject } from '../../src/kernel/ports/index.ts'

interface Crd {
  readonly group: string
  readonly scope: string
  readonly names: { readonly kind: string }
  readonly versions: readonly { readonly name: string; readonly served?: boolean }[]
}

// `-` marks kinds without a namespace.
const builtIn: Readonly<Record<string, string>> = {
  v1: '-Namespace -Node -PersistentVolume ConfigMap Secret Service ServiceAccount Pod Event PersistentVolumeClaim ResourceQuota',
  'apps/v1': 'Deployment StatefulSet DaemonSet ReplicaSet',
  'batch/v1': 'Job CronJob',
  'rbac.authorization.k8s.io/v1': 'Role RoleBinding -ClusterRole -ClusterRoleBinding',
  'coordination.k8s.io/v1': 'Lease',
  'networking.k8s.io/v1': 'Ingress NetworkPolicy -IngressClass',
  'discovery.k8s.io/v1': 'EndpointSlice',
  'apiextensions.k8s.io/v1': '-CustomResourceDefinition',
  'admissionregistration.k8s.io/v1':
    '-ValidatingWebhookConfiguration -MutatingWebhookConfiguration -ValidatingAdmissionPolicy -ValidatingAdmissionPolicyBinding',
}

/** Whether a kind has namespaces, CRDs among `objects` included; `undefined` for one that nobody knows. */
export function isNamespaced(
  { apiVersion, kind }: Kind,
  objects: Iterable<KubernetesObject>,
): boolean | undefined {
  const names = builtIn[apiVersion]?.split(' ') ?? []
  if (names.includes(kind)) return true
  if (names.includes(`-${kind}`)) return false
  for (const object of objects) {
    if (object.kind !== 'CustomResourceDefinition') continue
    const crd = object['spec'] as Crd
    const served = crd.versions.some(version => `${crd.group}/${version.name}` === apiVersion)
    if (served && crd.names.kind === kind) return crd.scope === 'Namespaced'
  }
  return undefined
}
