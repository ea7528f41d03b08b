import { fieldsOf, textsIn } from '../../kernel/objects/index.ts'
import { kinds } from '../../kernel/ports/index.ts'
import type { Named } from '../../kernel/rights/index.ts'
import type { RightsOf } from './needs.ts'

/** The kinds that the CRDs of a bundle define, by `GROUP/KIND`, as RBAC calls them. */
export function definedBy({ releases }: Pick<RightsOf, 'releases'>): ReadonlyMap<string, Named> {
  const all = releases.flatMap(({ crds, objects }) => [
    ...crds,
    ...objects.filter(({ kind }) => kind === kinds.crd.kind),
  ])
  return new Map(
    all.flatMap(({ spec }) => {
      const { group: apiGroup, scope } = textsIn(spec)
      const { kind, plural: resource } = textsIn(fieldsOf(spec)['names'])
      if (apiGroup === undefined || kind === undefined || resource === undefined) return []
      return [[`${apiGroup}/${kind}`, { apiGroup, resource, namespaced: scope !== 'Cluster' }]]
    }),
  )
}
