import type { Access } from '../../kernel/ports/index.ts'
import type { Rule } from '../../kernel/rights/index.ts'
import { type Found, fault, ok } from './found.ts'

/** Who may do this may do all: what a cluster admin is asked alone. */
export const everything: Access = { verb: '*', group: '*', resource: '*' }

/** The accesses that rules stand for, one for each verb and name. */
export function accessesOf(rules: readonly Rule[]): Access[] {
  return rules.flatMap(({ apiGroup: group, resource: plural, subresource, verbs, namespace, names }) => {
    const resource = subresource === undefined ? plural : `${plural}/${subresource}`
    const place = namespace === undefined ? {} : { namespace }
    return verbs.flatMap(verb =>
      names === undefined
        ? [{ verb, group, resource, ...place }]
        : names.map(name => ({ verb, group, resource, ...place, name })),
    )
  })
}

const shown = 12

/** Whether whoever installs may do what an install does; `missing` of `asked` accesses are not allowed. */
export function judgeRights(missing: readonly Access[], asked: number): Found {
  if (missing.length === 0) return ok(`all ${asked} that are needed`)
  const same = Map.groupBy(
    missing,
    ({ group, resource, namespace = '', name = '' }) =>
      `${resource}${group === '' ? '' : `.${group}`}${name && ` ${name}`}${namespace && ` in namespace ${namespace}`}`,
  )
  const words = [...same].map(([what, all]) => `${all.map(({ verb }) => verb).join('/')} ${what}`)
  const more = words.length > shown ? `, and ${words.length - shown} more` : ''
  return fault(
    `not allowed: ${words.slice(0, shown).join(', ')}${more}`,
    "have a cluster admin give what is missing: sealift rbac prints it; or take an admin's kubeconfig",
  )
}
