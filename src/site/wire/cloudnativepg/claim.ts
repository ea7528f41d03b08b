import { isManaged, siteOf } from '../../../kernel/access/index.ts'
import { printable, SealiftError } from '../../../kernel/errors/index.ts'
import { type Cluster, type Kind, type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'
import type { OperatedCluster } from './operated.ts'
import { objectNames, type Target } from './wanted.ts'

/** What the operator has been told of role and database already, by this site. */
export interface Standing {
  /** By an object, or in the Cluster itself, with this site's Secret. */
  readonly role: boolean
  readonly database: boolean
}

type Claimed = Pick<Target, 'name' | 'user' | 'site'>

interface Told {
  readonly name?: string
  readonly cluster?: { readonly name?: string }
}

/** What there is of this site's objects. @throws SealiftError CLUSTER_* */
export async function standing(cluster: Cluster, at: OperatedCluster, target: Claimed): Promise<Standing> {
  const names = objectNames(at, target)
  const ours = async (kind: Kind, name: string) =>
    siteOf(await cluster.get(kind, name, at.namespace)) === target.site
  return {
    role: isInline(at, target) || (await ours(kinds.cnpgRole, names.role)),
    database: await ours(kinds.cnpgDatabase, names.database),
  }
}

/** Whether the Cluster's own list has the role, as this site has asked for it. */
export function isInline(at: OperatedCluster, target: Claimed): boolean {
  return inlineEntry(at, target)?.passwordSecret?.name === objectNames(at, target).secret
}

const inlineEntry = ({ inline }: OperatedCluster, { user }: Claimed) =>
  inline.find(({ name, ensure = 'present' }) => name === user && ensure === 'present')

/**
 * Makes sure that nobody else has told the operator of a role or a database of these names: it takes up what is there
 * and gives it another password or owner without a word. `known` says that this site's login is taken already, as where
 * the objects were lost, or the site has a new name: then a mark of Sealift's is this site's.
 * @throws SealiftError FOREIGN_INSTALL, CLUSTER_*
 */
export async function refuseOthersObjects(
  cluster: Cluster,
  at: OperatedCluster,
  target: Claimed,
  known: boolean,
): Promise<void> {
  const { user, name, site } = target
  const names = objectNames(at, target)
  const isOurs = (object: KubernetesObject) => siteOf(object) === site || (known && isManaged(object))
  const secret = await cluster.get(kinds.secret, names.secret, at.namespace)
  if (secret !== undefined && !isOurs(secret)) throw others(`Secret ${at.namespace}/${names.secret}`, secret)
  if (inlineEntry(at, target) !== undefined && !isInline(at, target))
    throw others(`role ${user}, which Cluster ${at.namespace}/${at.name} has in its spec.managed.roles,`)
  refuseFirst(at, target)
  const wanted = [
    { kind: kinds.cnpgRole, what: `role ${user}`, named: user, as: names.role },
    { kind: kinds.cnpgDatabase, what: `database ${name}`, named: name, as: names.database },
  ]
  for (const { kind, what, named, as } of wanted)
    for (const object of await cluster.list(kind, at.namespace)) {
      const { name: of, cluster: within } = (object['spec'] ?? {}) as Told
      const same = object.metadata.name === as
      if (!same && (of !== named || within?.name !== at.name)) continue
      if (same && isOurs(object)) continue
      throw others(`${what}, which ${kind.kind} ${at.namespace}/${object.metadata.name} stands for,`, object)
    }
}

/** What the Cluster was made with is an application's, which has its login. @throws SealiftError FOREIGN_INSTALL */
function refuseFirst(
  { namespace, name: cluster, first, firstLogin }: OperatedCluster,
  target: Claimed,
): void {
  const what =
    first.role === target.user
      ? `role ${target.user}`
      : first.database === target.name
        ? `database ${target.name}`
        : undefined
  if (what === undefined) return
  throw others(`${what}, which Cluster ${namespace}/${cluster} was made with,`).with({
    hints: [
      `If that was for Infisical: database.uri: { namespace: ${namespace}, name: ${firstLogin}, key: uri }.`,
    ],
  })
}

function others(what: string, object?: KubernetesObject): SealiftError {
  const site = siteOf(object)
  const whose = site === undefined ? 'Sealift did not make it' : `it is site ${printable(site)}'s`
  return new SealiftError('FOREIGN_INSTALL', `${what} is there already, and ${whose}`, {
    hints: [
      'Give database.user and database.name other names, or point database.uri at a database that is ready.',
    ],
  })
}
