import type { KubernetesObject } from '../ports/index.ts'
import { fieldsOf, mappingsOf } from './rendered.ts'

/** Names of a definition's versions that are served, or the one that its objects are stored in (apiextensions.k8s.io/v1). */
export function versionsIn({ spec }: KubernetesObject, mark: 'served' | 'storage'): string[] {
  return mappingsOf(fieldsOf(spec)['versions']).flatMap(version =>
    typeof version['name'] === 'string' && version[mark] === true ? [version['name']] : [],
  )
}

/** Names of those that are served, the one that its objects are stored in first. */
export function servedVersions(definition: KubernetesObject): string[] {
  const served = versionsIn(definition, 'served')
  const stored = versionsIn(definition, 'storage').filter(version => served.includes(version))
  return [...new Set([...stored, ...served])]
}

/** Whether a definition's group is one of External Secrets Operator's: its own, or that of its generators. */
export function isOperatorGroup(group: unknown): group is string {
  return typeof group === 'string' && /(^|\.)external-secrets\.io$/.test(group)
}
