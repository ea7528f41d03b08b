/** An Infisical of maps for the wire room's tests: the answers that decide, and a log of what was asked. */
import { SealiftError } from '../../../src/errors/index.ts'
import { type Infisical, type InfisicalSession, Secret, type SecretPlace } from '../../../src/ports/index.ts'

/** An {@link Infisical} with its state to look at and to change. */
export interface MemoryInfisical extends Infisical {
  admin: { email: string; password: string } | undefined
  readonly secrets: Map<string, string>
  readonly clientSecrets: Map<string, string>
  readonly calls: string[]
}

/** What the adapter throws for a refusal. */
export function refusal(status: number, text: string): SealiftError {
  return new SealiftError('SERVER_FAILED', `Infisical answered ${status}: ${text}`, {
    cause: Object.assign(new Error(text), { status }),
  })
}

/** A server that nobody has set up yet. */
export function memoryInfisical(): MemoryInfisical {
  const calls: string[] = []
  const secrets = new Map<string, string>()
  const clientSecrets = new Map<string, string>()
  const identities = new Map<string, string>()
  const projects = new Map<string, string[]>()
  const key = ({ environment, path }: SecretPlace, name: string) => `${environment}${path}/${name}`
  const note = (...words: string[]) => void calls.push(words.join(' '))
  const asProject = (slug: string, environments: string[]) => ({
    id: `id-${slug}`,
    slug,
    environments: environments.map(environment => ({ slug: environment, name: environment })),
  })

  const session: InfisicalSession = {
    organizationId: 'org',
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
    ensureFolder: async ({ environment, path }) => note('ensureFolder', environment, path),
    identity: async name => identities.get(name),
    async createIdentity(name) {
      note('createIdentity', name)
      identities.set(name, `id-${name}`)
      return `id-${name}`
    },
    attachUniversalAuth: async identityId => `client-${identityId}`,
    async createClientSecret(identityId) {
      note('createClientSecret', identityId)
      const value = `client-secret-${clientSecrets.size}`
      clientSecrets.set(`client-${identityId}`, value)
      return new Secret(value)
    },
    clientSecrets: async identityId => (clientSecrets.has(`client-${identityId}`) ? ['earlier'] : []),
    revokeClientSecret: async (identityId, id) => note('revokeClientSecret', identityId, id),
    addToProject: async (projectId, identityId, role) => note('addToProject', projectId, identityId, role),
    addPrivilege: async (_, identityId, slug, permissions) =>
      note('addPrivilege', identityId, slug, JSON.stringify(permissions)),
    async secret(place, name) {
      const value = secrets.get(key(place, name))
      return value === undefined ? undefined : new Secret(value)
    },
    putSecret: async (place, name, value) => void secrets.set(key(place, name), value.reveal()),
    deleteSecret: async (place, name) => void secrets.delete(key(place, name)),
  }

  const infisical: MemoryInfisical = {
    admin: undefined,
    secrets,
    clientSecrets,
    calls,
    status: async () => ({ initialized: infisical.admin !== undefined }),
    async bootstrap(email, password) {
      if (infisical.admin !== undefined) throw refusal(400, 'Instance has already been set up')
      note('bootstrap', email)
      infisical.admin = { email, password: password.reveal() }
      return { organizationId: 'org' }
    },
    async login(email, password) {
      if (infisical.admin?.email !== email || infisical.admin.password !== password.reveal())
        throw refusal(400, 'Invalid credentials')
      return session
    },
    async loginIdentity({ clientId, clientSecret }) {
      note('loginIdentity')
      if (clientSecrets.get(clientId) !== clientSecret.reveal()) throw refusal(401, 'Invalid credentials')
      return new Secret('token')
    },
  }
  return infisical
}
