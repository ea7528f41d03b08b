import type { KubernetesObject } from '../ports/index.ts'

/** Labels of what Sealift made, so that it never takes over what somebody else did. */
export const managed = { 'app.kubernetes.io/managed-by': 'sealift' } as const

/** Namespace of what Sealift keeps on the site. */
export const systemNamespace = 'sealift-system'

/** Whether the object is there, and Sealift made it. */
export function isManaged(object: KubernetesObject | undefined): boolean {
  return Object.entries(managed).every(([label, value]) => object?.metadata.labels?.[label] === value)
}
