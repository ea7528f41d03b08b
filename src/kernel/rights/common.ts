import {
  adminSecretName,
  credentialsSecretName,
  infisicalName,
  keysSecretName,
  probeStoreName,
  storeName,
  systemNamespace,
} from '../access/index.ts'
import { kinds } from '../ports/index.ts'
import { allow } from './allow.ts'
import type { Rule } from './rule.ts'

/** Where a site's platform is. */
export interface Where {
  /** Namespaces of the two wired releases. */
  readonly infisical: string
  readonly externalSecrets: string
  /** Those of all releases, each once. */
  readonly namespaces: readonly string[]
}

const here = { namespace: systemNamespace }

/** What Sealift keeps in its own namespace, read: receipt, journal, keys, the admin's login. */
export function readRecords({ namespaces }: Where): Rule[] {
  return [
    allow(kinds.configMap, 'get', here),
    allow(kinds.secret, 'get', here),
    allow(kinds.namespace, 'get', { names: [systemNamespace, ...namespaces] }),
  ]
}

/** The site's audit log, read. */
export function readHistory(): Rule[] {
  return [allow(kinds.configMap, 'list', here), allow(kinds.namespace, 'get', { names: [systemNamespace] })]
}

/** Where Infisical is: what `whereWired` looks at, in each of the namespaces. */
export function findInfisical({ namespaces }: Where): Rule[] {
  return [
    allow(kinds.clusterSecretStore, 'get', { names: [storeName, probeStoreName] }),
    ...namespaces.flatMap(namespace => [
      allow(kinds.secret, 'get', { namespace, names: [keysSecretName, credentialsSecretName] }),
      allow(kinds.service, 'get', { namespace, names: [infisicalName] }),
    ]),
  ]
}

/** The lease, and the log of what was done under it. That of before is read to go on with its chain. */
export function underLease(): Rule[] {
  return [
    allow(kinds.namespace, 'get', { names: [systemNamespace] }),
    // By a POST, which has no name yet for RBAC.
    allow(kinds.lease, 'create', here),
    // In the whole cluster, by name: a purge still has the lease when the Roles of its namespace are gone already.
    allow(kinds.lease, 'get patch', { names: ['sealift'] }),
    allow(kinds.configMap, 'get list create patch', here),
  ]
}

/** The admin's login and the keys, written in both places. */
export function writeSecrets({ infisical }: Where, ...names: readonly string[]): Rule[] {
  return [infisical, systemNamespace].map(namespace =>
    allow(kinds.secret, 'get create patch', { namespace, names }),
  )
}

/** A port to Infisical, and its admin's login. */
export function reachInfisical({ infisical: namespace }: Where): Rule[] {
  return [
    allow(kinds.secret, 'get', { namespace, names: [adminSecretName] }),
    ...forward(namespace, infisicalName),
  ]
}

/**
 * A port to a Service: the pods behind it have names that nobody knows before. A websocket is a GET, and servers from 1.35
 * on want `create` as well.
 */
export function forward(namespace: string, service: string): Rule[] {
  return [
    allow(kinds.service, 'get', { namespace, names: [service] }),
    allow(kinds.pod, 'list', { namespace }),
    allow(kinds.pod, 'get create', { namespace, subresource: 'portforward' }),
  ]
}

/** The mark of the site on Sealift's own namespace. */
export function markSystem(): Rule[] {
  return [allow(kinds.namespace, 'get patch', { names: [systemNamespace] })]
}

/** Infisical's pods, started anew, and why they do not come up. */
export function restart({ infisical: namespace }: Where): Rule[] {
  return [
    allow(kinds.deployment, 'get patch', { namespace, names: [infisicalName] }),
    ...watchPods(namespace),
  ]
}

/** Why pods are not up: what Sealift tells while helm waits, and when it gives up. */
export function watchPods(namespace: string): Rule[] {
  const makers = [kinds.deployment, kinds.statefulSet, kinds.daemonSet, kinds.job, kinds.replicaSet]
  return [
    ...[...makers, kinds.pod, kinds.event].map(kind => allow(kind, 'list', { namespace })),
    allow(kinds.pod, 'get', { namespace, subresource: 'log' }),
  ]
}
