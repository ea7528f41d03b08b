import { fieldsOf } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { parseManifests } from '../../kernel/yaml/index.ts'

/** Which release an object is of. */
export interface ReleaseName {
  readonly release: string
  readonly namespace: string
}

/**
 * The objects of a manifest as helm applies them: `kind: List` opened, with the label and the annotations by which helm
 * knows its own (helm.sh/docs/chart_best_practices/labels; pkg/action/validate.go). @throws YAMLException
 */
export function ownObjects(manifest: string, { release, namespace }: ReleaseName): KubernetesObject[] {
  const own = { 'meta.helm.sh/release-name': release, 'meta.helm.sh/release-namespace': namespace }
  return parseManifests(manifest)
    .flatMap(opened)
    .map(object => {
      const { labels, annotations } = object.metadata
      const metadata = {
        ...object.metadata,
        labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { ...annotations, ...own },
      }
      return { ...object, metadata }
    })
}

/** Whether a live object is a release's. */
export function isOf(object: KubernetesObject, { release, namespace }: ReleaseName): boolean {
  const annotations = fieldsOf(object.metadata.annotations)
  return (
    annotations['meta.helm.sh/release-name'] === release &&
    annotations['meta.helm.sh/release-namespace'] === namespace
  )
}

function opened(document: unknown): KubernetesObject[] {
  if (typeof document !== 'object' || document === null) return []
  const { kind, metadata, items } = document as Partial<KubernetesObject> & { readonly items?: unknown }
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) return items.flatMap(opened)
  return typeof kind === 'string' && typeof metadata?.name === 'string' ? [document as KubernetesObject] : []
}
