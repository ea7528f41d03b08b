import { managed, siteMark, systemNamespace } from '../../kernel/access/index.ts'
import { type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import type { Rule } from '../../kernel/rights/index.ts'

const apiVersion = 'rbac.authorization.k8s.io/v1'

/** Who gets the rights, as a subject of RBAC. */
export type Subject =
  | { readonly kind: 'ServiceAccount'; readonly name: string; readonly namespace: string }
  | { readonly kind: 'User' | 'Group'; readonly name: string }

/** What Roles are made of. */
export interface Granting {
  readonly rules: readonly Rule[]
  readonly subject: Subject
  /** Name of every Role and binding. */
  readonly name: string
  /** Name of the site, which its namespaces are marked with. */
  readonly site: string
  /** Namespaces of the bundle's releases. */
  readonly namespaces: readonly string[]
}

/**
 * The objects that give a subject its rights: the namespaces that an install would make, with its marks, since Roles are in
 * them; a Role in each namespace, a ClusterRole for the rest, and their bindings; the ServiceAccount, where it is one.
 */
export function grantingObjects(granting: Granting): KubernetesObject[] {
  const { rules, subject, name } = granting
  const wide = rules.filter(({ namespace }) => namespace === undefined)
  const places = [...new Set(rules.flatMap(({ namespace }) => namespace ?? []))].sort()
  const subjects = [
    { ...subject, ...(subject.kind === 'ServiceAccount' ? {} : { apiGroup: 'rbac.authorization.k8s.io' }) },
  ]
  const roleRef = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name })
  // Without our label: they are whoever's who gives the rights, and no removal takes them.
  const metadata = (namespace?: string) => ({ name, ...(namespace ? { namespace } : {}) })
  return [
    ...namespacesFor(granting, places),
    ...(subject.kind === 'ServiceAccount'
      ? [{ ...kinds.serviceAccount, metadata: { name: subject.name, namespace: subject.namespace } }]
      : []),
    { apiVersion, kind: 'ClusterRole', metadata: metadata(), rules: policyRules(wide) },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: metadata(),
      roleRef: roleRef('ClusterRole'),
      subjects,
    },
    ...places.flatMap(namespace => [
      {
        ...{ apiVersion, kind: 'Role', metadata: metadata(namespace) },
        rules: policyRules(rules.filter(rule => rule.namespace === namespace)),
      },
      {
        ...{ apiVersion, kind: 'RoleBinding', metadata: metadata(namespace) },
        ...{ roleRef: roleRef('Role'), subjects },
      },
    ]),
  ]
}

function namespacesFor(
  { subject, site, namespaces }: Granting,
  places: readonly string[],
): KubernetesObject[] {
  const own = [...new Set([systemNamespace, ...namespaces])].filter(name => places.includes(name))
  const account = subject.kind === 'ServiceAccount' && !own.includes(subject.namespace)
  return [
    ...own.map(name => ({
      ...kinds.namespace,
      metadata: { name, labels: managed, annotations: { [siteMark]: site } },
    })),
    ...(account ? [{ ...kinds.namespace, metadata: { name: subject.namespace } }] : []),
  ]
}

/** Rules as RBAC writes them: resources of one group with the same verbs and names are one. */
function policyRules(rules: readonly Rule[]): object[] {
  const groups = new Map<string, Rule[]>()
  for (const rule of rules) {
    const key = JSON.stringify([rule.apiGroup, rule.verbs, rule.names ?? null])
    groups.set(key, [...(groups.get(key) ?? []), rule])
  }
  return [...groups.values()].flatMap(same => {
    const [first] = same
    if (first === undefined) return []
    return [
      {
        apiGroups: [first.apiGroup],
        resources: same.map(({ resource, subresource }) =>
          subresource ? `${resource}/${subresource}` : resource,
        ),
        ...(first.names === undefined ? {} : { resourceNames: first.names }),
        verbs: first.verbs,
      },
    ]
  })
}
