import {
  probeStoreName,
  reviewerBinding,
  storeName,
  systemNamespace,
  tokenPolicy,
} from '../../kernel/access/index.ts'
import { kinds } from '../../kernel/ports/index.ts'
import {
  allow,
  findInfisical,
  type Rule,
  reachInfisical,
  readRecords,
  underLease,
} from '../../kernel/rights/index.ts'
import { definedBy } from './defined.ts'
import { measure } from './measure.ts'
import type { RightsOf } from './needs.ts'
import { makeDefinitions, makeReleases, takeReleases } from './releases.ts'
import { endToolsPods, makeOperated, reachServices } from './services.ts'

const system = { namespace: systemNamespace }
const stores = [storeName, probeStoreName]

/** What `install` needs. Namespaces are there already: their Roles are in them. */
export function install(of: RightsOf): Rule[] {
  return [
    ...looked(of),
    ...[...underLease(), ...makeDefinitions(of), ...makeReleases(of)],
    ...makeOperated(of, 'get list create patch delete'),
    allow(kinds.namespace, 'get patch', { names: [systemNamespace, ...of.namespaces] }),
    // Another External Secrets Operator may be anywhere.
    allow(kinds.deployment, 'list'),
    ...ownWebhooks(of),
    allow(kinds.secret, 'get list create patch delete', system),
    allow(kinds.clusterSecretStore, 'get create patch', { names: stores }),
    ...probe(),
    // A pod of ESO's webhook is shown its certificate; its name is made up by its ReplicaSet.
    allow(kinds.pod, 'list patch', { namespace: of.externalSecrets }),
  ]
}

/** What `check` needs, which proves with a secret of its own that secrets still arrive. */
export function check(of: RightsOf): Rule[] {
  return [
    ...[...looked(of), ...probe()],
    allow(kinds.lease, 'get', { ...system, names: ['sealift'] }),
    allow(kinds.secret, 'get list delete', system),
    ...[kinds.validatingWebhook, kinds.mutatingWebhook].map(kind => allow(kind, 'list')),
    ...of.namespaces.flatMap(namespace =>
      [kinds.deployment, kinds.service, kinds.endpointSlice].map(kind => allow(kind, 'list', { namespace })),
    ),
    allow(kinds.deployment, 'get', { namespace: of.infisical, names: ['infisical'] }),
    // The intervals of all teams.
    allow(kinds.externalSecret, 'list'),
    ...measure(of),
  ]
}

/** What `status` needs. */
export function status(of: RightsOf): Rule[] {
  return [
    ...[...readRecords(of), ...findInfisical(of)],
    allow(kinds.lease, 'get', { ...system, names: ['sealift'] }),
    ...of.namespaces.map(namespace => allow(kinds.deployment, 'list', { namespace })),
  ]
}

/** What `remove` needs. */
export function remove(of: RightsOf): Rule[] {
  const login = [
    allow(kinds.clusterRoleBinding, 'get delete', { names: [reviewerBinding] }),
    ...[kinds.validatingPolicyBinding, kinds.validatingPolicy].map(kind =>
      allow(kind, 'get delete', { names: [tokenPolicy] }),
    ),
  ]
  return [
    ...[...underLease(), ...readRecords(of), ...findInfisical(of), ...reachInfisical(of)],
    ...[...takeReleases(of), ...ownWebhooks(of), ...endToolsPods(of)],
    allow(kinds.namespace, 'get patch', { names: [systemNamespace, ...of.namespaces] }),
    allow(kinds.crd, 'list'),
    allow(kinds.secret, 'get delete', system),
    allow(kinds.clusterSecretStore, 'get delete', { names: stores }),
    ...login,
  ]
}

/** What `remove --purge` needs beside: the data, the CRDs with all that is of their kinds, the namespaces. */
export function purge(of: RightsOf): Rule[] {
  const names = of.releases.flatMap(({ crds }) => crds.map(({ metadata }) => metadata.name))
  return [
    ...[...remove(of), ...reachServices(of), ...makeOperated(of, 'get list patch delete')],
    ...(names.length === 0 ? [] : [allow(kinds.crd, 'get delete', { names })]),
    ...[...definedBy(of).values()].map(({ apiGroup, resource }) => ({ apiGroup, resource, verbs: ['list'] })),
    // Those that Sealift made for teams go while their operator still runs.
    ...[kinds.externalSecret, kinds.pushSecret].map(kind => allow(kind, 'get delete')),
    allow(kinds.namespace, 'get patch delete', { names: [systemNamespace, ...of.namespaces] }),
    ...of.namespaces.map(namespace => allow(kinds.secret, 'get list delete', { namespace })),
    // An image that pods of others use stays.
    allow(kinds.pod, 'list'),
  ]
}

/** What is looked at before anything is done. */
function looked(of: RightsOf): Rule[] {
  const { site, infisical: namespace } = of
  return [
    ...[...readRecords(of), ...findInfisical(of), ...reachInfisical(of), ...reachServices(of)],
    ...(site.ingress === undefined
      ? []
      : [allow(kinds.ingress, 'list', { namespace }), allow(kinds.ingressClass, 'list')]),
    ...(site.ingress?.tlsSecret === undefined
      ? []
      : [allow(kinds.secret, 'get', { namespace, names: [site.ingress.tlsSecret] })]),
  ]
}

/** A secret's way into the cluster, and why it does not arrive: what is cluster-wide has its events in `default`. */
function probe(): Rule[] {
  return [
    allow(kinds.externalSecret, 'get list create patch delete', system),
    allow(kinds.event, 'list', system),
    allow(kinds.event, 'list', { namespace: 'default' }),
  ]
}

/** Webhooks whose Service is gone are lifted: they would hold up whatever they are asked about. */
function ownWebhooks(of: RightsOf): Rule[] {
  const objects = of.releases.flatMap(({ objects }) => objects)
  return [kinds.validatingWebhook, kinds.mutatingWebhook].flatMap(kind => {
    const names = objects.filter(object => object.kind === kind.kind).map(({ metadata }) => metadata.name)
    return [allow(kind, 'list'), ...(names.length === 0 ? [] : [allow(kind, 'get delete', { names })])]
  })
}
