import { fieldsOf, isMapping, type Mapping } from '../../kernel/objects/index.ts'
import type { Kind, KubernetesObject } from '../../kernel/ports/index.ts'

/** An answer as an object; nothing for one without a name. What should be fields or texts, and is none, is absent. */
export function objectIn({ metadata, spec, status, data, ...rest }: Mapping): KubernetesObject | undefined {
  const { name, namespace, labels, annotations, ...others } = fieldsOf(metadata)
  if (typeof name !== 'string' || name === '') return undefined
  return {
    ...(rest as unknown as Kind),
    metadata: {
      ...{ ...others, name },
      ...(typeof namespace === 'string' && namespace !== '' ? { namespace } : {}),
      ...mappingsIn({ labels, annotations }),
    },
    ...mappingsIn({ spec, status, data }),
  }
}

function mappingsIn(fields: Mapping): Record<string, Mapping> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (isMapping(value) ? [[name, value] as const] : [])),
  )
}
