import { textsIn } from '../../kernel/objects/index.ts'
import { type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { allow, type Rule, resourceOf, watchPods } from '../../kernel/rights/index.ts'
import { dryRunName, makesPods } from '../release/index.ts'
import { definedBy } from './defined.ts'
import { grantRules } from './grants.ts'
import type { RightsOf } from './needs.ts'

/**
 * What helm does to make releases, and what Sealift looks at before and meanwhile. Helm applies objects server-side: the
 * API server then knows an object's name when it asks RBAC whether it may be made (apiserver, handlers/patch.go), so that
 * even `create` is for these names alone.
 */
export function makeReleases(of: RightsOf): Rule[] {
  return [
    ...ofObjects(of, 'get create patch', 'list watch'),
    // A hook of before goes before it is made anew.
    ...ofObjects(hooksOf(of), 'delete'),
    ...grantRules(of),
    ...of.namespaces.flatMap(namespace => [
      // Helm's own records have the revision in their names, and are made by a POST.
      allow(kinds.secret, 'get list create update patch delete', { namespace }),
      ...watchPods(namespace),
    ]),
    ...of.releases.flatMap(({ namespace, objects }) => tryPods(namespace, objects)),
  ]
}

/** What helm does to take releases away, and Sealift where helm's record of one is gone. */
export function takeReleases(of: RightsOf): Rule[] {
  return [
    ...ofObjects(of, 'get delete', 'list watch'),
    ...of.namespaces.flatMap(namespace => [
      allow(kinds.secret, 'get list update delete', { namespace }),
      allow(kinds.pod, 'list', { namespace }),
      allow(kinds.replicaSet, 'list', { namespace }),
    ]),
  ]
}

/**
 * What takes finalizers off that only the newer of two External Secrets Operators knows. Those of namespaces are looked at
 * and told: whoever may patch any namespace could take its pods' restrictions away.
 */
export function releaseFinalizers(): Rule[] {
  const held = [
    ...[kinds.externalSecret, kinds.clusterExternalSecret, kinds.secretStore, kinds.clusterSecretStore],
    ...[kinds.pushSecret, kinds.clusterPushSecret],
  ]
  return [...held.map(kind => allow(kind, 'get list patch')), allow(kinds.namespace, 'get list')]
}

/** CRDs, which Sealift applies itself. */
export function makeDefinitions({ releases }: RightsOf): Rule[] {
  const names = releases.flatMap(({ crds }) => crds.map(({ metadata }) => metadata.name))
  if (names.length === 0) return []
  return [allow(kinds.crd, 'list'), allow(kinds.crd, 'get create patch', { names })]
}

/**
 * Objects of the kinds that those CRDs define, stored anew where a version goes that they may be stored in, and what the
 * CRDs say of it. Whoever only tries it sees how many there are.
 */
export function storeAnew(of: RightsOf, verbs: 'list' | 'list patch'): Rule[] {
  const names = of.releases.flatMap(({ crds }) => crds.map(({ metadata }) => metadata.name))
  const defined = [...definedBy(of).values()].map(({ apiGroup, resource }) => ({
    ...{ apiGroup, resource, verbs: verbs.split(' ') },
  }))
  if (names.length === 0) return []
  return [
    ...defined,
    ...(verbs === 'list' ? [] : [allow(kinds.crd, 'patch', { names, subresource: 'status' })]),
  ]
}

/** Pods that the API server is only asked about (site/release, `tryPods`), and their accounts. */
function tryPods(namespace: string, objects: readonly KubernetesObject[]): Rule[] {
  const names = objects.filter(makesPods).map(({ metadata }) => dryRunName(metadata.name))
  if (names.length === 0) return []
  const accounts = objects.filter(({ kind }) => kind === kinds.serviceAccount.kind)
  return [
    allow(kinds.pod, 'get create patch', { namespace, names }),
    allow(kinds.serviceAccount, 'get', {
      namespace,
      names: ['default', ...accounts.map(({ metadata }) => metadata.name)],
    }),
    allow(kinds.resourceQuota, 'list', { namespace }),
  ]
}

/** `one` for the objects by name; `all` for their kinds, which helm watches until they are as they should be, or gone. */
function ofObjects(of: RightsOf, one: string, all?: string): Rule[] {
  const defined = definedBy(of)
  return of.releases.flatMap(release =>
    release.objects.flatMap(object => {
      const { namespace = release.namespace, name } = object.metadata
      const { apiGroup, resource, namespaced } = resourceOf(object, defined)
      const kind = { apiGroup, resource, ...(namespaced ? { namespace } : {}) }
      const rule = { ...kind, verbs: one.split(' '), names: [name] }
      return all === undefined ? [rule] : [rule, { ...kind, verbs: all.split(' ') }]
    }),
  )
}

function hooksOf(of: RightsOf): RightsOf {
  const isHook = ({ metadata }: KubernetesObject) =>
    textsIn(metadata.annotations)['helm.sh/hook'] !== undefined
  const releases = of.releases.map(release => ({ ...release, objects: release.objects.filter(isHook) }))
  return { ...of, releases }
}
