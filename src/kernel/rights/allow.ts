import type { Kind } from '../ports/index.ts'
import { resourceOf } from './resources.ts'
import type { Rule } from './rule.ts'

/** Where a right is, and for which objects. */
export type Limits = Pick<Rule, 'namespace' | 'names' | 'subresource'>

/** A rule for a kind. `verbs` are words with blanks between: `get list`. A namespace counts only for what is in one. */
export function allow(kind: Kind, verbs: string, { namespace, ...limits }: Limits = {}): Rule {
  const { apiGroup, resource, namespaced } = resourceOf(kind)
  const place = namespaced && namespace !== undefined ? { namespace } : {}
  return { apiGroup, resource, verbs: verbs.split(' '), ...place, ...limits }
}
