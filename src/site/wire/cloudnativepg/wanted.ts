import { createHash } from 'node:crypto'
import { managed } from '../../../kernel/access/index.ts'
import { type KubernetesObject, kinds, type Secret } from '../../../kernel/ports/index.ts'
import { printYaml } from '../../../kernel/yaml/index.ts'
import { markedFor } from '../namespaces.ts'
import { secretObject } from '../secrets.ts'
import type { OperatedCluster } from './operated.ts'

/** What Infisical gets, and whose it is. */
export interface Target {
  /** Name of the database. */
  readonly name: string
  /** Name of the role that owns it. */
  readonly user: string
  /** The role's comment. */
  readonly comment: string
  /** Name of the site, with which its objects are marked. */
  readonly site: string
}

type At = Pick<OperatedCluster, 'namespace' | 'name'>

/**
 * Names of the objects, in the Cluster's namespace: no two roles or databases of one Cluster share one, though
 * Kubernetes knows fewer names than PostgreSQL does.
 */
export function objectNames({ name }: At, target: Pick<Target, 'name' | 'user'>) {
  const role = `${name}-${kubernetesName(target.user)}`
  return { role, secret: `${role}-login`, database: `${name}-${kubernetesName(target.name)}` }
}

function kubernetesName(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll('_', '-')
    .replace(/^-+|-+$/g, '')
  if (plain === text) return plain
  return [plain, createHash('sha256').update(text).digest('hex').slice(0, 8)].filter(Boolean).join('-')
}

/** The role's login, which the operator reads; `cnpg.io/reload` makes it take up a new password at once. */
export function loginSecret(at: At, target: Target, password: Secret): KubernetesObject {
  const { secret } = objectNames(at, target)
  const object = secretObject(at.namespace, secret, { username: target.user, password })
  const labels = { ...managed, 'cnpg.io/reload': 'true' }
  return markedFor(target.site, {
    ...object,
    metadata: { ...object.metadata, labels },
    type: 'kubernetes.io/basic-auth',
  })
}

/** What the role may: own its database, and make another one beside it, which the way back of an upgrade takes. */
function roleSpec(at: At, { user, comment, ...target }: Target) {
  return {
    name: user,
    comment,
    ensure: 'present',
    login: true,
    createdb: true,
    passwordSecret: { name: objectNames(at, { user, ...target }).secret },
  }
}

/** The role as an object of its own, since 1.30; with it gone the role stays. */
export function roleObject(at: At, target: Target): KubernetesObject {
  return object(at, target, kinds.cnpgRole, objectNames(at, target).role, {
    ...roleSpec(at, target),
    databaseRoleReclaimPolicy: 'retain',
  })
}

/** The database; with the object gone it stays. `template0` fits UTF-8 whatever the Cluster was made with. */
export function databaseObject(at: At, target: Target): KubernetesObject {
  const { name, user: owner } = target
  return object(at, target, kinds.cnpgDatabase, objectNames(at, target).database, {
    ...{ name, owner, ensure: 'present', encoding: 'UTF8', template: 'template0' },
    databaseReclaimPolicy: 'retain',
  })
}

function object(
  at: At,
  target: Target,
  kind: { readonly apiVersion: string; readonly kind: string },
  name: string,
  spec: object,
): KubernetesObject {
  const metadata = { namespace: at.namespace, name, labels: managed }
  return markedFor(target.site, { ...kind, metadata, spec: { ...spec, cluster: { name: at.name } } })
}

/** What is to be added to a Cluster whose operator knows no object for a role. */
export function stanza(at: At, target: Target): string {
  return printYaml({ spec: { managed: { roles: [roleSpec(at, target)] } } }).trimEnd()
}
