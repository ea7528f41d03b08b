import type { Secret } from './secret.ts'

/** A project as the server has it. */
export interface Project {
  readonly id: string
  readonly slug: string
  readonly environments: readonly { readonly slug: string; readonly name: string }[]
}

/** Where a secret lives. */
export interface SecretPlace {
  readonly projectId: string
  readonly environment: string
  /** Absolute folder path, `/` for the root. */
  readonly path: string
}

/** One rule of an additional privilege; see the recorded contract. */
export interface Permission {
  readonly subject: string
  readonly action: readonly string[]
  readonly conditions?: Readonly<Record<string, unknown>>
}

/** A machine identity's universal-auth credentials. */
export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret: Secret
}

/** Infisical's HTTP API as recorded in test/fixtures/infisical-contract. Calls throw SealiftError SERVER_FAILED. */
export interface Infisical {
  /** Whether the server answers, and whether it has been set up. */
  status(): Promise<{ initialized: boolean }>
  /** First set-up. Gives the organisation's id. Only once in a server's life. */
  bootstrap(email: string, password: Secret, organization: string): Promise<{ organizationId: string }>
  /** Logs in as a user and selects an organisation (the first one when no id is given): a session for all that follows. */
  login(email: string, password: Secret, organizationId?: string): Promise<InfisicalSession>
  /** Logs a machine identity in; gives its access token. */
  loginIdentity(credentials: ClientCredentials): Promise<Secret>
}

/** What an admin does through the API. */
export interface InfisicalSession {
  readonly organizationId: string
  project(slug: string): Promise<Project | undefined>
  createProject(name: string, slug: string): Promise<Project>
  createEnvironment(projectId: string, name: string, slug: string): Promise<void>
  /** Makes every folder of an absolute path that is not there yet. */
  ensureFolder(place: SecretPlace): Promise<void>
  /** The id of a machine identity by its name, if there is one. */
  identity(name: string): Promise<string | undefined>
  /** Makes a machine identity with the organisation role `no-access`; gives its id. */
  createIdentity(name: string): Promise<string>
  /** Makes sure that universal auth is attached; gives the client id. */
  attachUniversalAuth(identityId: string): Promise<string>
  createClientSecret(identityId: string, description: string): Promise<Secret>
  /** Ids of the identity's client secrets of that description that are not revoked. */
  clientSecrets(identityId: string, description: string): Promise<string[]>
  revokeClientSecret(identityId: string, id: string): Promise<void>
  /** Makes the identity a member of a project (built-in role); a member already is fine. */
  addToProject(projectId: string, identityId: string, role: string): Promise<void>
  /** Gives an identity an additional privilege in a project; one of that slug already there is fine. */
  addPrivilege(
    projectId: string,
    identityId: string,
    slug: string,
    permissions: readonly Permission[],
  ): Promise<void>
  secret(place: SecretPlace, name: string): Promise<Secret | undefined>
  /** Creates or changes a secret's value. */
  putSecret(place: SecretPlace, name: string, value: Secret): Promise<void>
  deleteSecret(place: SecretPlace, name: string): Promise<void>
}
