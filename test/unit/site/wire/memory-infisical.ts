/** An Infisical of maps for the wire room's tests: the answers that decide, and a log of what changed it. */
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import {
  type Identity,
  type Infisical,
  type InfisicalSession,
  Secret,
  type SecretPlace,
} from '../../../../src/kernel/ports/index.ts'
import { type MemoryUser, memoryAccount } from '../../../support/memory-account.ts'
import { type MemoryAudit, memoryAudit } from '../../../support/memory-audit.ts'
import { type MemoryReading, memoryReading } from '../../../support/memory-reading.ts'
import { type MemoryRotation, memoryRotation } from '../../../support/memory-rotation.ts'
import { type MemorySecretBatches, memorySecretBatches } from '../../../support/memory-secret-batches.ts'
import { type MemoryTenancy, memoryTenancy } from '../../../support/memory-tenancy.ts'

interface ClientSecret {
  readonly id: string
  readonly identityId: string
  readonly value: string
  readonly description: string
}

/** An {@link Infisical} with its state to look at and to change. */
export interface MemoryInfisical extends Infisical, MemoryUser {
  readonly secrets: Map<string, string>
  /** Those that are not revoked. */
  clientSecrets: ClientSecret[]
  identities: (Identity & { readonly name: string })[]
  readonly rotation: MemoryRotation
  readonly audit: MemoryAudit
  /** Folders of secrets, for whoever moves many at once. */
  readonly batches: MemorySecretBatches
  /** What External Secrets Operator would read; a server of its own. */
  readonly folderReading: MemoryReading
  /** What changed the server, and logins of identities. */
  readonly calls: string[]
}

/** What the adapter throws for a refusal. */
export function refusal(status: number, text: string): SealiftError {
  return new SealiftError('SERVER_FAILED', `Infisical answered ${status}: ${text}`, {
    cause: Object.assign(new Error(text), { status }),
  })
}

/** What Infisical's bootstrap makes beside the admin. */
export const instanceIdentity = {
  id: 'id-instance',
  name: 'Instance Admin Identity',
  role: 'admin',
  authMethods: ['token-auth'],
} as const

/** A server that nobody has set up yet; its tenancy is a server of its own. */
export function memoryInfisical(
  tenancy: MemoryTenancy = memoryTenancy(),
  batches: MemorySecretBatches = memorySecretBatches(tenancy),
): MemoryInfisical {
  const calls: string[] = []
  const secrets = new Map<string, string>()
  const folderReading = memoryReading()
  const projects = new Map<string, string[]>()
  const present = new Set<string>()
  const attached = new Set<string>()
  /** Wrong client secrets since the last right one, by identity. */
  const failures = new Map<string, number>()
  let made = 0
  const [rotation, audit] = [memoryRotation(secrets), memoryAudit()]
  const folder = ({ environment, path }: SecretPlace) => `${environment}${path}/`
  const note = (...words: string[]) => void calls.push(words.join(' '))
  const once = (...words: string[]) => {
    const what = words.join(' ')
    if (present.has(what)) return false
    present.add(what)
    note(what)
    return true
  }
  const asProject = (slug: string, environments: string[]) => ({
    id: `id-${slug}`,
    slug,
    environments: environments.map(environment => ({ slug: environment, name: environment })),
  })

  const checkLogin = (email: string, password: Secret) => {
    if (infisical.admin?.email !== email || infisical.admin.password !== password.reveal())
      throw refusal(400, 'Invalid credentials')
  }

  const session: InfisicalSession = {
    organizationId: 'org',
    tenancy,
    kubernetesAuth: tenancy.kubernetesAuth,
    sharing: tenancy.sharing,
    logins: tenancy.logins,
    account: memoryAccount(() => infisical),
    rotation,
    audit,
    batches,
    folderReading,
    async project(slug) {
      const environments = projects.get(slug)
      return environments && asProject(slug, environments)
    },
    async createProject(_name, slug) {
      note('createProject', slug)
      projects.set(slug, ['dev', 'staging', 'prod'])
      return asProject(slug, ['dev', 'staging', 'prod'])
    },
    createEnvironment: async (_, __, slug) => note('createEnvironment', slug),
    ensureFolder: async ({ environment, path }) => once('ensureFolder', environment, path),
    async identities(wanted) {
      const others = await tenancy.identities()
      const all = [
        ...infisical.identities,
        ...others.map(other => ({
          ...other,
          authMethods: [...(attached.has(other.id) ? ['universal-auth'] : []), ...other.authMethods],
        })),
      ]
      return all
        .filter(({ name }) => name === wanted)
        .map(({ id, role, authMethods }) => ({ id, role, authMethods }))
    },
    async createIdentity(name) {
      note('createIdentity', name)
      const identity = { id: `id-${name}`, role: 'no-access', authMethods: [] }
      infisical.identities.push({ ...identity, name })
      return identity
    },
    async deleteIdentity(id) {
      tenancy.forget(id)
      infisical.clientSecrets = infisical.clientSecrets.filter(({ identityId }) => identityId !== id)
      const there = infisical.identities.some(identity => identity.id === id)
      if (there) note('deleteIdentity', id)
      infisical.identities = infisical.identities.filter(identity => identity.id !== id)
      return there
    },
    async revokeTokens(id) {
      note('revokeTokens', id)
      return 1
    },
    async attachUniversalAuth({ id }) {
      attached.add(id)
      infisical.identities = infisical.identities.map(identity =>
        identity.id === id ? { ...identity, authMethods: ['universal-auth'] } : identity,
      )
      return `client-${id}`
    },
    async createClientSecret(identityId, description) {
      note('createClientSecret', identityId)
      const value = `client-secret-${made++}`
      infisical.clientSecrets.push({ id: `id-of-${value}`, identityId, value, description })
      return new Secret(value)
    },
    clientSecrets: async (identityId, description) =>
      infisical.clientSecrets
        .filter(secret => secret.identityId === identityId)
        .filter(secret => description === undefined || secret.description === description)
        .map(({ id }) => id),
    async revokeClientSecret(identityId, id) {
      note('revokeClientSecret', identityId, id)
      infisical.clientSecrets = infisical.clientSecrets.filter(secret => secret.id !== id)
    },
    async clearLockouts(identityId) {
      failures.delete(identityId)
    },
    looks: {
      folder: async ({ environment, path }) => present.has(`ensureFolder ${environment} ${path}`),
      member: async (...words) => present.has(`addToProject ${words.join(' ')} no-access`),
      privilege: async (_, identityId, slug, permissions) =>
        present.has(`ensurePrivilege ${identityId} ${slug} ${JSON.stringify(permissions)}`),
    },
    addToProject: async (...words) => once('addToProject', ...words),
    ensurePrivilege: async (_, identityId, slug, permissions) =>
      once('ensurePrivilege', identityId, slug, JSON.stringify(permissions)),
    async secret(place, name) {
      const value = secrets.get(folder(place) + name)
      return value === undefined ? undefined : new Secret(value)
    },
    secretNames: async place =>
      [...secrets.keys()]
        .filter(name => name.startsWith(folder(place)))
        .map(name => name.slice(folder(place).length)),
    async putSecret(place, name, value) {
      note('putSecret', name)
      secrets.set(folder(place) + name, value.reveal())
      return true
    },
    async deleteSecret(place, name) {
      note('deleteSecret', name)
      return secrets.delete(folder(place) + name)
    },
  }

  const infisical: MemoryInfisical = {
    admin: undefined,
    memberOf: [{ id: 'org', name: 'openova' }],
    role: 'admin',
    secrets,
    batches,
    folderReading,
    clientSecrets: [],
    identities: [],
    rotation,
    audit,
    calls,
    status: async () => ({ initialized: infisical.admin !== undefined }),
    async bootstrap(email, password, name) {
      if (infisical.admin !== undefined) throw refusal(400, 'Instance has already been set up')
      note('bootstrap', email)
      infisical.admin = { email, password: password.reveal() }
      infisical.identities.push(instanceIdentity)
      infisical.memberOf = [{ id: 'org', name }]
      return { organizationId: 'org', identityId: instanceIdentity.id }
    },
    async login(email, password, organizationId = session.organizationId) {
      checkLogin(email, password)
      return organizationId === session.organizationId ? session : { ...session, organizationId }
    },
    async organizations(email, password) {
      checkLogin(email, password)
      return infisical.memberOf
    },
    async loginIdentity({ clientId, clientSecret }) {
      note('loginIdentity')
      const good = infisical.clientSecrets.find(
        ({ identityId, value }) => clientId === `client-${identityId}` && value === clientSecret.reveal(),
      )
      const id = clientId.replace('client-', '')
      const failed = failures.get(id) ?? 0
      if (failed >= 3) throw refusal(401, 'This identity auth method is temporarily locked')
      if (!good) {
        failures.set(id, failed + 1)
        throw refusal(401, 'Invalid credentials')
      }
      failures.delete(id)
      return new Secret(`token of ${good.identityId}`)
    },
    reading(token) {
      const identityId = token.reveal().replace('token of ', '')
      return batches.readingAs(identityId)
    },
    trying(token) {
      const identityId = token.reveal().replace('token of ', '')
      return {
        read: async place => tenancy.lets(identityId, 'read', place),
        async write(place, name) {
          const could = tenancy.lets(identityId, 'write', place)
          if (could) secrets.set(folder(place) + name, 'tried')
          return could
        },
      }
    },
  }
  return infisical
}
