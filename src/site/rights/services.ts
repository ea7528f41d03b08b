import { systemNamespace } from '../../kernel/access/index.ts'
import { isOperated, type Site } from '../../kernel/inputs/index.ts'
import { isMapping } from '../../kernel/objects/index.ts'
import { kinds } from '../../kernel/ports/index.ts'
import { allow, forward, type Rule } from '../../kernel/rights/index.ts'
import type { RightsOf } from './needs.ts'

/** The two services that the site brings, and all Secrets that its file names. */
export function reachServices({ site, infisical }: RightsOf): Rule[] {
  return [
    ...namedSecrets(site),
    ...reachHost(site.database.host, infisical),
    ...reachHost(site.dragonfly.host, infisical),
    ...(isOperated(site.database) ? operatedRead(site, infisical) : []),
  ]
}

/** The Secrets that a site file names, wherever it does. */
export function namedSecrets(value: unknown): Rule[] {
  if (Array.isArray(value)) return value.flatMap(namedSecrets)
  if (!isMapping(value)) return []
  const { namespace, name } = value
  const own =
    typeof namespace === 'string' && typeof name === 'string'
      ? [allow(kinds.secret, 'get', { namespace, names: [name] })]
      : []
  return [...own, ...Object.values(value).flatMap(namedSecrets)]
}

/** A host as pods name it (kernel/services, `serviceAt`): a Service, which has no selector where its slices are looked at. */
function reachHost(host: string, infisical: string): Rule[] {
  const found = serviceIn(host, infisical)
  if (found === undefined) return []
  const { namespace, service } = found
  return [...forward(namespace, service), allow(kinds.endpointSlice, 'list', { namespace })]
}

/**
 * To run PostgreSQL's own tools: in its pod, where that is one of the cluster, and in one that is made for them, where the
 * site file names an image that has them.
 */
export function runAtDatabase(of: RightsOf): Rule[] {
  const { site, infisical } = of
  const namespace = serviceIn(site.database.host, infisical)?.namespace
  const run = (namespace: string) => [
    allow(kinds.pod, 'get', { namespace }),
    allow(kinds.pod, 'get create', { namespace, subresource: 'exec' }),
  ]
  return [
    ...(namespace === undefined ? [] : run(namespace)),
    ...(site.database.tools === undefined
      ? []
      : [...run(systemNamespace), ...makeToolsPod(), ...endToolsPods(of)]),
  ]
}

/** To see whether PostgreSQL is a pod of the cluster, which is not run anything in. */
export function lookAtDatabase({ site, infisical }: RightsOf): Rule[] {
  const namespace = serviceIn(site.database.host, infisical)?.namespace
  return namespace === undefined ? [] : [allow(kinds.pod, 'get', { namespace })]
}

/** Pods for the tools that killed runs have left, ended. */
export function endToolsPods({ site }: Pick<RightsOf, 'site'>): Rule[] {
  if (site.database.tools === undefined) return []
  return [allow(kinds.pod, 'get list delete', { namespace: systemNamespace })]
}

/** A pod for the tools: made, waited for, and what it waits for. */
function makeToolsPod(): Rule[] {
  const own = { namespace: systemNamespace }
  return [
    allow(kinds.pod, 'get create', own),
    allow(kinds.event, 'list', own),
    allow(kinds.serviceAccount, 'get', { ...own, names: ['default'] }),
  ]
}

function serviceIn(host: string, own: string): { namespace: string; service: string } | undefined {
  const [, service, namespace = own] =
    /^([a-z0-9-]+)(?:\.([a-z0-9-]+)(?:\.svc(?:\.[a-z0-9.-]+)?)?)?$/.exec(host.toLowerCase()) ?? []
  return service === undefined ? undefined : { namespace, service }
}

const definitions = ['databaseroles.postgresql.cnpg.io', 'databases.postgresql.cnpg.io']

/** What says how CloudNativePG runs the server. A Cluster's name is on its Service, and nowhere in the site file. */
function operatedRead(site: Site, infisical: string): Rule[] {
  const namespace = serviceIn(site.database.host, infisical)?.namespace
  if (namespace === undefined) return []
  return [
    allow(kinds.crd, 'get', { names: definitions }),
    allow(kinds.cnpgCluster, 'get', { namespace }),
    allow(kinds.cnpgRole, 'get list', { namespace }),
    allow(kinds.cnpgDatabase, 'get list', { namespace }),
    // The CA, and the role's login: their names hold the Cluster's.
    allow(kinds.secret, 'get', { namespace }),
  ]
}

/** Role, database and the role's login as objects of CloudNativePG, where the site has it make them. */
export function makeOperated({ site, infisical }: RightsOf, verbs: string): Rule[] {
  const namespace = serviceIn(site.database.host, infisical)?.namespace
  if (!isOperated(site.database) || namespace === undefined) return []
  return [kinds.cnpgRole, kinds.cnpgDatabase, kinds.secret].map(kind => allow(kind, verbs, { namespace }))
}
