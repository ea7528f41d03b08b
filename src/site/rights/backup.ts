import { adminSecretName, infisicalName, keysSecretName, systemNamespace } from '../../kernel/access/index.ts'
import { fieldsOf, isOperatorGroup } from '../../kernel/objects/index.ts'
import { kinds } from '../../kernel/ports/index.ts'
import { allow, type Rule } from '../../kernel/rights/index.ts'
import type { RightsOf } from './needs.ts'
import { reachServices, runAtDatabase } from './services.ts'

/** What goes into a backup: the database, Secrets of the site, helm's records, and the objects of the charts' own kinds. */
export function readForBackup(of: RightsOf): Rule[] {
  const { namespaces, infisical } = of
  return [
    ...[...reachServices(of), ...runAtDatabase(of), ...listCustom(of)],
    ...[systemNamespace, infisical].map(namespace =>
      allow(kinds.secret, 'get', { namespace, names: [keysSecretName, adminSecretName] }),
    ),
    allow(kinds.configMap, 'get', { namespace: systemNamespace, names: ['sealift-keys'] }),
    ...namespaces.map(namespace => allow(kinds.secret, 'list', { namespace })),
    allow(kinds.crd, 'list'),
  ]
}

/** Objects of External Secrets Operator, of all teams: of every kind that its chart defines. */
function listCustom({ releases }: RightsOf): Rule[] {
  return releases
    .flatMap(({ crds }) => crds)
    .flatMap(({ spec }) => {
      const { group, names } = fieldsOf(spec)
      const { plural } = fieldsOf(names)
      return isOperatorGroup(group) && typeof plural === 'string'
        ? [{ apiGroup: group, resource: plural, verbs: ['list'] }]
        : []
    })
}

/** To stop Infisical and start it again, and to know how many pods it had. */
export function pause(of: RightsOf): Rule[] {
  const note = { namespace: systemNamespace, names: ['sealift-restore'] }
  return [allow(kinds.configMap, 'get create patch delete', note), ...stop(of)]
}

/** To end Infisical's pods: no more of its Deployment than how many there are. */
export function stop({ infisical: namespace }: RightsOf): Rule[] {
  return [allow(kinds.deployment, 'patch', { namespace, subresource: 'scale', names: [infisicalName] })]
}
