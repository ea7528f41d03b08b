/** A small CloudNativePG: does to a PostgreSQL what 1.30.0 was seen to do, with its refusals, intervals and messages. */
import { secretData } from '../../../src/kernel/access/index.ts'
import { type Kind, type KubernetesObject, kinds } from '../../../src/kernel/ports/index.ts'
import type { Hands } from './hands.ts'
import type { Superuser } from './superuser.ts'

/** What a test decides about it. */
export interface Operator {
  /** Does what is due at this time, in milliseconds. */
  act(now: number): Promise<void>
  /** It is down while this is true: nothing is done. */
  down: boolean
  /** How often each object was tried, by name. */
  readonly tries: Map<string, number>
}

/** What it remembers of an object between two looks. */
interface Memory {
  seen: string
  next: number
  tries: number
}

interface Spec {
  readonly name: string
  readonly cluster: { readonly name: string }
  readonly owner?: string
  readonly ensure?: string
  readonly encoding?: string
  readonly template?: string
  readonly createdb?: boolean
  readonly comment?: string
  readonly passwordSecret?: { readonly name: string }
  readonly databaseReclaimPolicy?: string
  readonly databaseRoleReclaimPolicy?: string
}

interface Status {
  readonly applied?: boolean
  readonly observedGeneration?: number
  readonly secretResourceVersion?: string
}

const at = { namespace: 'databases', name: 'postgres-cluster' }
const specOf = (object: KubernetesObject) => object['spec'] as Spec
const statusOf = (object: KubernetesObject) => (object['status'] ?? {}) as Status
const grantTakes = 650
const reloadTakes = 300

/** Starts it; nothing is done before `act` is called. */
export function startOperator({ cluster, ...hands }: Hands, superuser: Superuser): Operator {
  const memories = new Map<string, Memory>()
  const granted = new Map<string, number>()
  const tries: Operator['tries'] = new Map()

  async function passwordOf({ passwordSecret }: Spec) {
    const secret = passwordSecret && (await cluster.get(kinds.secret, passwordSecret.name, at.namespace))
    return { secret, password: secret && secretData(secret).get('password')?.reveal() }
  }

  async function inlineRoles(): Promise<Spec[]> {
    const object = await cluster.get(kinds.cnpgCluster, at.name, at.namespace)
    const { managed } = (object?.['spec'] ?? {}) as { managed?: { roles?: Spec[] } }
    return managed?.roles ?? []
  }

  async function makeInline() {
    const cannotReconcile: Record<string, string[]> = {}
    for (const spec of await inlineRoles()) {
      const { password } = await passwordOf(spec)
      if (spec.passwordSecret && password === undefined)
        cannotReconcile[spec.name] = [`secrets "${spec.passwordSecret.name}" not found`]
      else await superuser.role({ ...told(spec), password })
    }
    const object = await cluster.get(kinds.cnpgCluster, at.name, at.namespace)
    const managedRolesStatus = { cannotReconcile }
    const before = (object?.['status'] as { managedRolesStatus?: unknown } | undefined)?.managedRolesStatus
    if (object && JSON.stringify(before) !== JSON.stringify(managedRolesStatus))
      await hands.status(object, { managedRolesStatus })
  }

  const told = ({ name, createdb = false, comment = '' }: Spec) => ({ name, createdb, comment })

  /** Tries a role now. Gives its status, or rejects with what is wrong. */
  async function tryRole(object: KubernetesObject, now: number): Promise<Status> {
    const spec = specOf(object)
    if ((await inlineRoles()).some(({ name }) => name === spec.name))
      throw new Error('database role is already managed by the CNPG cluster')
    await refuseConflict(kinds.cnpgRole, object)
    const wanted = spec.passwordSecret?.name
    if (wanted !== undefined) {
      const from = granted.get(wanted)
      if (from === undefined) granted.set(wanted, now + grantTakes)
      if (from === undefined || now < from)
        throw new Error(
          `secrets "${wanted}" is forbidden: User "system:serviceaccount:${at.namespace}:${at.name}" cannot get resource "secrets" in API group "" in the namespace "${at.namespace}"`,
        )
    }
    const { secret, password } = await passwordOf(spec)
    if (wanted !== undefined && secret === undefined) throw new Error(`secrets "${wanted}" not found`)
    await superuser.role({ ...told(spec), password })
    const version = secret?.metadata['resourceVersion']
    return version === undefined ? {} : { secretResourceVersion: String(version) }
  }

  async function tryDatabase(object: KubernetesObject): Promise<Status> {
    await refuseConflict(kinds.cnpgDatabase, object)
    const { name, owner = '', encoding, template, ensure } = specOf(object)
    if (ensure === 'absent') await superuser.dropDatabase(name)
    else
      await superuser.database({
        ...{ name, owner },
        ...(encoding ? { encoding } : {}),
        ...(template ? { template } : {}),
      })
    return {}
  }

  async function refuseConflict(kind: Kind, { metadata, ...object }: KubernetesObject) {
    const spec = object['spec'] as Spec
    for (const other of await cluster.list(kind, at.namespace))
      if (
        other.metadata.name !== metadata.name &&
        specOf(other).name === spec.name &&
        specOf(other).cluster.name === spec.cluster.name &&
        'applied' in statusOf(other)
      )
        throw new Error(`"${spec.name}" is already managed by object "${other.metadata.name}"`)
  }

  /** Whether the object is as it was applied last; a Secret without the label is never looked at again. */
  async function isApplied(object: KubernetesObject, memory: Memory): Promise<boolean> {
    const { applied, secretResourceVersion, observedGeneration } = statusOf(object)
    if (!applied || observedGeneration !== object.metadata['generation']) return false
    if (JSON.stringify(object['spec']) !== memory.seen) return false
    const { secret } = await passwordOf(specOf(object))
    if (secret?.metadata.labels?.['cnpg.io/reload'] === undefined) return true
    return String(secret.metadata['resourceVersion']) === secretResourceVersion
  }

  async function look(kind: Kind, object: KubernetesObject, now: number) {
    const { metadata } = object
    const id = String(metadata['uid'])
    const known = memories.get(id)
    const memory = known ?? { seen: '', next: now, tries: 0 }
    memories.set(id, memory)
    const isRole = kind.kind === 'DatabaseRole'
    const going = metadata['deletionTimestamp'] !== undefined
    if (!going && (await isApplied(object, memory))) {
      memory.next = Number.POSITIVE_INFINITY
      return
    }
    // Whatever changes the object, an annotation as well, has it looked at.
    const written = JSON.stringify([object['spec'], metadata.annotations, going])
    const before = writtenBefore.get(id)
    writtenBefore.set(id, written)
    if (before !== undefined && before !== written) memory.next = now
    else if (memory.next === Number.POSITIVE_INFINITY) memory.next = now + reloadTakes
    if (now < memory.next) return
    memory.tries += 1
    tries.set(metadata.name, (tries.get(metadata.name) ?? 0) + 1)
    memory.next = now + (isRole || memory.tries > 2 ? 30_000 : 5_000)
    try {
      if (going) return await letGo(isRole, object)
      const finalizer = isRole ? 'cnpg.io/deleteRole' : 'cnpg.io/deleteDatabase'
      if (!((metadata['finalizers'] ?? []) as string[]).includes(finalizer))
        await hands.finalizers(object, [finalizer])
      const status = isRole ? await tryRole(object, now) : await tryDatabase(object)
      memory.seen = JSON.stringify(object['spec'])
      memory.tries = 0
      const observedGeneration = metadata['generation']
      await hands.status(object, {
        ...{ applied: true, message: '', ...status },
        ...(observedGeneration === undefined ? {} : { observedGeneration }),
      })
    } catch (error) {
      await hands.status(object, { applied: false, message: (error as Error).message })
    }
  }
  const writtenBefore = new Map<string, string>()

  async function letGo(isRole: boolean, object: KubernetesObject) {
    const { name, databaseReclaimPolicy, databaseRoleReclaimPolicy } = specOf(object)
    const reconciled = memories.get(String(object.metadata['uid']))?.seen !== ''
    if (reconciled && databaseRoleReclaimPolicy === 'delete') await superuser.dropRole(name)
    if (reconciled && !isRole && databaseReclaimPolicy === 'delete') await superuser.dropDatabase(name)
    await hands.finalizers(object, [])
  }

  const operator: Operator = {
    tries,
    down: false,
    async act(now) {
      if (operator.down) return
      await makeInline()
      for (const kind of [kinds.cnpgRole, kinds.cnpgDatabase])
        for (const object of await cluster.list(kind, at.namespace))
          if (specOf(object).cluster.name === at.name) await look(kind, object, now)
    },
  }
  return operator
}
