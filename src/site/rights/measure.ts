import { kinds } from '../../kernel/ports/index.ts'
import { allow, type Rule } from '../../kernel/rights/index.ts'
import type { RightsOf } from './needs.ts'

/** Limits and starts of the platform's pods, and what these really use, of kubelet itself. */
export function measure(of: RightsOf): Rule[] {
  return [
    ...of.namespaces.map(namespace => allow(kinds.pod, 'list', { namespace })),
    allow(kinds.node, 'list'),
    allow(kinds.node, 'get', { subresource: 'proxy' }),
  ]
}
