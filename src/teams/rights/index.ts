/**
 * What verbs for teams need to be allowed by the cluster, beside what Infisical lets its admin do: takes verbs, gives rules
 * of RBAC. Never asks a cluster.
 */
import {
  keysSecretName,
  probeStoreName,
  reviewerBinding,
  systemNamespace,
  tokenPolicy,
} from '../../kernel/access/index.ts'
import { kinds } from '../../kernel/ports/index.ts'
import {
  allow,
  findInfisical,
  type Rule,
  reachInfisical,
  readHistory,
  readRecords,
  restart,
  underLease,
  type Where,
  writeSecrets,
} from '../../kernel/rights/index.ts'

type Needs = (where: Where) => readonly Rule[]

/** Each verb for teams, as the command line has it, with what it needs. Where teams' namespaces are is not known here. */
const needs = {
  'tenancy plan': where => asAdmin(where),
  'tenancy apply': where => [...asAdmin(where), ...underLease(), ...otherEnvironment(where)],
  'stores plan': where => seeStores(where),
  'stores apply': where => [
    ...seeStores(where),
    ...underLease(),
    ...otherEnvironment(where),
    ...makeStores(where),
  ],
  'stores check': where => [
    ...seeStores(where),
    // Whether each Secret that the operator has made is what its order says.
    allow(kinds.secret, 'get list'),
  ],
  'rotate stores': where => [
    ...[...seeStores(where), ...underLease()],
    allow(kinds.secret, 'get list create patch', { namespace: where.externalSecrets }),
    allow(kinds.clusterSecretStore, 'patch'),
  ],
  'rotate due': where => [...asAdmin(where), ...seeReaders()],
  'rotate secret': where => [
    ...[...asAdmin(where), ...underLease(), ...seeReaders(), ...changePasswords()],
    allow(kinds.secret, 'get create patch', { namespace: systemNamespace }),
  ],
  'audit export': where => [
    ...[...asAdmin(where), ...readHistory()],
    // Whose address a request came from.
    allow(kinds.pod, 'list'),
    allow(kinds.pod, 'get', { namespace: where.infisical, subresource: 'log' }),
  ],
  'ci try': where => asAdmin(where),
  'ci workflow': where => asAdmin(where),
  'migrate sops': where => [
    ...[...asAdmin(where), ...underLease()],
    allow(kinds.clusterSecretStore, 'get list'),
    allow(kinds.configMap, 'get', { namespace: systemNamespace }),
    allow(kinds.secret, 'get', { namespace: where.externalSecrets }),
    // An ExternalSecret that reads from elsewhere, and the one beside it that is tried first, with its Secret.
    allow(kinds.externalSecret, 'get list create patch delete'),
    allow(kinds.secret, 'get delete'),
    allow(kinds.event, 'list'),
  ],
  'migrate stores': () => [
    ...underLease(),
    allow(kinds.crd, 'get list'),
    ...[kinds.clusterSecretStore, kinds.secretStore, kinds.externalSecret, clusterExternalSecret].map(kind =>
      allow(kind, 'get list patch'),
    ),
  ],
} as const satisfies Readonly<Record<string, Needs>>

const clusterExternalSecret = { apiVersion: 'external-secrets.io/v1', kind: 'ClusterExternalSecret' }
const clusterRole = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }

/** A verb for teams whose rights are known. */
export type TeamsVerb = keyof typeof needs

/** All of them. */
export const teamsVerbs = Object.keys(needs) as readonly TeamsVerb[]

/** The rules with which an account can run these verbs. */
export function teamsRules(verbs: readonly TeamsVerb[], where: Where): Rule[] {
  return verbs.flatMap(verb => needs[verb](where))
}

/** A session of the admin, with the site found by the marks of its namespaces. */
function asAdmin(where: Where): Rule[] {
  return [
    ...[...readRecords(where), ...findInfisical(where), ...reachInfisical(where)],
    allow(kinds.namespace, 'list'),
  ]
}

function seeStores(where: Where): Rule[] {
  return [
    ...asAdmin(where),
    ...[kinds.clusterSecretStore, kinds.externalSecret, kinds.pushSecret].map(kind =>
      allow(kind, 'get list'),
    ),
    allow(kinds.secretStore, 'list'),
    allow(kinds.secret, 'get list', { namespace: where.externalSecrets }),
    allow(kinds.crd, 'get', { names: ['pushsecrets.external-secrets.io'] }),
    allow(kinds.clusterRoleBinding, 'get', { names: [reviewerBinding] }),
    ...[kinds.validatingPolicy, kinds.validatingPolicyBinding].map(kind =>
      allow(kind, 'get', { names: [tokenPolicy] }),
    ),
    // Which account the operator runs as, and the cluster's CA.
    allow(kinds.deployment, 'list', { namespace: where.externalSecrets }),
    allow(kinds.configMap, 'get', { namespace: where.externalSecrets, names: ['kube-root-ca.crt'] }),
    // What ExternalSecrets and PushSecrets of the file make and read, in teams' namespaces.
    allow(kinds.secret, 'get'),
  ]
}

function makeStores({ externalSecrets: namespace }: Where): Rule[] {
  return [
    ...[kinds.externalSecret, kinds.pushSecret, kinds.clusterSecretStore].map(kind =>
      allow(kind, 'create patch delete'),
    ),
    allow(kinds.secret, 'create patch delete', { namespace }),
    // Stores that log in as the operator's own account: the server may ask whose a token is, and teams may not use it.
    allow(kinds.clusterRoleBinding, 'create patch delete', { names: [reviewerBinding] }),
    allow(clusterRole, 'bind', { names: ['system:auth-delegator'] }),
    ...[kinds.validatingPolicy, kinds.validatingPolicyBinding].map(kind =>
      allow(kind, 'create patch delete', { names: [tokenPolicy] }),
    ),
    // One that the policy must refuse: it is only asked about.
    allow(kinds.secretStore, 'create patch', { namespace, names: [probeStoreName] }),
    allow(kinds.event, 'list'),
  ]
}

/** Another environment for Infisical's pods, noted, and a start with it. */
function otherEnvironment(where: Where): Rule[] {
  return [...writeSecrets(where, keysSecretName), ...restart(where)]
}

function seeReaders(): Rule[] {
  return [
    ...[kinds.clusterSecretStore, kinds.secretStore, kinds.externalSecret, kinds.pushSecret].map(kind =>
      allow(kind, 'get list'),
    ),
    allow(kinds.secret, 'get'),
  ]
}

/** A PostgreSQL anywhere in the cluster, and whoever reads its passwords. */
function changePasswords(): Rule[] {
  return [
    allow(kinds.service, 'get'),
    allow(kinds.pod, 'list'),
    allow(kinds.pod, 'get create', { subresource: 'portforward' }),
    allow(kinds.endpointSlice, 'list'),
    allow(kinds.cnpgCluster, 'get'),
    allow(kinds.cnpgRole, 'get list'),
    ...[kinds.externalSecret, kinds.pushSecret].map(kind => allow(kind, 'patch')),
    allow(kinds.event, 'list'),
  ]
}
