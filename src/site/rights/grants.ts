import { fieldsOf, isMapping, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { allow, type Rule } from '../../kernel/rights/index.ts'
import type { RightsOf } from './needs.ts'

const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' }
const clusterRole = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }
const own = (kind: string) => (object: KubernetesObject) =>
  object.kind === kind && object.apiVersion.startsWith('rbac.authorization.k8s.io/')

/**
 * What it takes to make the Roles and bindings of charts: nobody may grant what he may not do himself (rbac, privilege
 * escalation prevention), unless he may `escalate` and `bind` those very Roles. What cannot be held as rules of objects,
 * paths that are no resources and rules that others add by labels, takes `escalate` in any case.
 */
export function grantRules({ releases, grants }: RightsOf): Rule[] {
  const objects = releases.flatMap(({ objects, namespace }) =>
    objects.map(object => placed(object, namespace)),
  )
  const roles = objects.filter(object => own('Role')(object) || own('ClusterRole')(object))
  return [
    ...roles.flatMap(object =>
      grants === 'hold' && canBeHeld(object) ? heldRules(object) : [granting('escalate', object)],
    ),
    ...objects.flatMap(object => bindingRules(object, roles, grants)),
  ]
}

/** The rules that a Role or ClusterRole grants, each of one resource. */
function heldRules({ kind, metadata: { namespace }, rules }: KubernetesObject): Rule[] {
  const place = kind === 'Role' && namespace !== undefined ? { namespace } : {}
  return mappingsOf(rules).flatMap(rule => {
    const names = textsOf(rule['resourceNames'])
    return textsOf(rule['apiGroups']).flatMap(apiGroup =>
      textsOf(rule['resources']).map(path => {
        const [resource = '', subresource] = path.split('/')
        return {
          ...{ apiGroup, resource, verbs: textsOf(rule['verbs']), ...place },
          ...(subresource === undefined ? {} : { subresource }),
          ...(names.length === 0 ? {} : { names }),
        }
      }),
    )
  })
}

/** One that names no namespace is in its release's. */
function placed(object: KubernetesObject, namespace: string): KubernetesObject {
  return { ...object, metadata: { namespace, ...object.metadata } }
}

function canBeHeld(object: KubernetesObject): boolean {
  if (isMapping(object['aggregationRule'])) return false
  return mappingsOf(object['rules']).every(rule => textsOf(rule['nonResourceURLs']).length === 0)
}

/** To bind a Role: hold it where it is bound, or `bind` on its name; the rules of one that no chart has are not known. */
function bindingRules(
  binding: KubernetesObject,
  roles: readonly KubernetesObject[],
  grants: RightsOf['grants'],
): Rule[] {
  const isWide = own('ClusterRoleBinding')(binding)
  if (!isWide && !own('RoleBinding')(binding)) return []
  const { kind = '', name = '' } = textsIn(fieldsOf(binding)['roleRef'])
  const { namespace } = binding.metadata
  const bound = roles.find(
    one =>
      one.kind === kind &&
      one.metadata.name === name &&
      (kind !== 'Role' || one.metadata.namespace === namespace),
  )
  if (bound === undefined || grants === 'escalate' || !canBeHeld(bound))
    return [
      allow(kind === 'Role' ? role : clusterRole, 'bind', { names: [name], ...placeOf(kind, namespace) }),
    ]
  // What a ClusterRole grants is held in the whole cluster already.
  return kind === 'Role' ? heldRules(bound) : []
}

function granting(verb: string, { kind, metadata: { name, namespace } }: KubernetesObject): Rule {
  return allow(kind === 'Role' ? role : clusterRole, verb, { names: [name], ...placeOf(kind, namespace) })
}

const placeOf = (kind: string, namespace: string | undefined) =>
  kind === 'Role' && namespace !== undefined ? { namespace } : {}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter(one => typeof one === 'string') : []
