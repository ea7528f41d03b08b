import { kinds } from '../../kernel/ports/index.ts'
import { allow, findInfisical, type Rule, readHistory, readRecords } from '../../kernel/rights/index.ts'
import { install, status } from './installing.ts'
import { measure } from './measure.ts'
import type { RightsOf } from './needs.ts'
import { storeAnew } from './releases.ts'
import { lookAtDatabase } from './services.ts'

/**
 * What `preflight` needs: it asks the API server about what an install would do, which takes the same rights, and looks at
 * every node and its clock.
 */
export function preflight(of: RightsOf): Rule[] {
  return [
    ...[...install(of), ...lookAtDatabase(of)],
    ...[kinds.node, kinds.pod].map(kind => allow(kind, 'list')),
    allow(kinds.namespace, 'get', { names: ['default'] }),
    allow(kinds.lease, 'list', { namespace: 'kube-node-lease' }),
  ]
}

/** What a plan needs: each change is tried by a dry run, which takes the rights to make it. */
export function plan(of: RightsOf): Rule[] {
  return [
    ...[...install(of), ...storeAnew(of, 'list'), ...lookAtDatabase(of)],
    allow(kinds.node, 'list'),
    // Its id says which cluster it is.
    allow(kinds.namespace, 'get', { names: ['kube-system'] }),
  ]
}

/** What `facts` needs. */
export function facts(of: RightsOf): Rule[] {
  return [...status(of), allow(kinds.externalSecret, 'list'), ...reachNodes(of)]
}

/** What `receipt` needs: Sealift's own records, helm's, the audit log, the nodes, and what pods really use. */
export function receipt(of: RightsOf): Rule[] {
  return [
    ...[...readRecords(of), ...readHistory(), ...reachNodes(of)],
    ...of.namespaces.map(namespace => allow(kinds.secret, 'list', { namespace })),
    ...measure(of),
  ]
}

/** What `budget fit` needs: what runs, what it really uses, and what all teams ask for. */
export function budgetFit(of: RightsOf): Rule[] {
  return [
    ...[...readRecords(of), ...findInfisical(of)],
    ...of.namespaces.map(namespace => allow(kinds.deployment, 'list', { namespace })),
    allow(kinds.deployment, 'get', { namespace: of.infisical, names: ['infisical'] }),
    allow(kinds.externalSecret, 'list'),
    ...measure(of),
  ]
}

/**
 * What it takes to see, and to bring, the images of the nodes by the way that the site goes: which nodes there are; through
 * the cluster, pods of its own on them; with K3s's folder, which images of older bundles pods still run.
 */
export function reachNodes({ load }: RightsOf): Rule[] {
  const nodes = allow(kinds.node, 'list')
  if (load === 'cluster') return [nodes, ...loadThroughCluster()]
  return load === 'images-dir' ? [nodes, allow(kinds.pod, 'list')] : [nodes]
}

const nodesNamespace = 'sealift-nodes'

/**
 * What it takes to load images into every node through the cluster: a namespace that is made for it and goes again, so that
 * no Role can be in it, and pods in which a node's own ctr is run. Who may make such pods is root on every node.
 */
export function loadThroughCluster(): Rule[] {
  return [
    ...[kinds.node, kinds.pod, kinds.event].map(kind => allow(kind, 'list')),
    allow(kinds.namespace, 'get create patch delete', { names: [nodesNamespace] }),
    allow(kinds.serviceAccount, 'get', { names: ['default'] }),
    allow(kinds.pod, 'get create delete'),
    allow(kinds.pod, 'get create', { subresource: 'exec' }),
  ]
}
