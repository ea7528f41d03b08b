import { fieldsOf, isMapping, type Mapping } from '../../kernel/objects/index.ts'
import type { Kind, KubernetesObject } from '../../kernel/ports/index.ts'

/**
 * An answer as an object; nothing for one without a name. What should be fields or texts, and is none, is absent, and so
 * is what is null in the metadata, as for Go. The rest passes as it came: a custom resource may hold a null.
 */
export function objectIn({ metadata, spec, status, data, ...rest }: Mapping): KubernetesObject | undefined {
  const { name, namespace, labels, annotations, ...others } = fieldsOf(metadata)
  if (typeof name !== 'string' || name === '') return undefined
  return {
    ...(rest as unknown as Kind),
    metadata: {
      ...{ ...fieldsOf(withoutNulls(others)), name },
      ...(typeof namespace === 'string' && namespace !== '' ? { namespace } : {}),
      ...mappingsIn({ labels: withoutNulls(labels), annotations: withoutNulls(annotations) }),
    },
    ...mappingsIn({ spec, status, data }),
  }
}

function mappingsIn(fields: Mapping): Record<string, Mapping> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (isMapping(value) ? [[name, value] as const] : [])),
  )
}

function withoutNulls(fields: unknown): unknown {
  if (!isMapping(fields)) return undefined
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}
