import type { Account, Organization } from './account.ts'
import type { AuditServer } from './audit.ts'
import type { FolderReading } from './folder-reading.ts'
import type { KubernetesAuthServer } from './kubernetes-auth.ts'
import type { LoginServer } from './logins.ts'
import type { Permission } from './permission.ts'
import type { RotationServer } from './rotation.ts'
import type { Secret } from './secret.ts'
import type { SecretBatches, StoreReading } from './secret-batches.ts'
import type { SecretPlace } from './secret-place.ts'
import type { Sharing } from './sharing.ts'
import type { TenancyServer } from './tenancy.ts'
import type { TenancyLooks } from './tenancy-looks.ts'

/** A project as the server has it. */
export interface Project {
  readonly id: string
  readonly slug: string
  readonly environments: readonly { readonly slug: string; readonly name: string }[]
}

/** A machine identity's universal-auth credentials. */
export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret: Secret
}

/** A machine identity as the organisation has it. */
export interface Identity {
  readonly id: string
  /** Its role in the organisation: `no-access`, `member`, `admin`, or one of the organisation's own. */
  readonly role: string
  /** The ways in which it can log in, such as `universal-auth` and `token-auth`. */
  readonly authMethods: readonly string[]
}

/** What the first set-up makes. */
export interface Bootstrapped {
  readonly organizationId: string
  /** An identity that administers the whole instance, by a token that Sealift does not take. */
  readonly identityId: string
}

/** Infisical's HTTP API as recorded in test/fixtures/infisical-contract. Calls throw SealiftError SERVER_FAILED. */
export interface Infisical {
  /** Whether the server answers, and whether it has been set up. */
  status(): Promise<{ initialized: boolean }>
  /** First set-up. Only once in a server's life. */
  bootstrap(email: string, password: Secret, organization: string): Promise<Bootstrapped>
  /** Logs in as a user and selects an organisation (the first one when no id is given): a session for all that follows. */
  login(email: string, password: Secret, organizationId?: string): Promise<InfisicalSession>
  /** Logs in as a user, and gives the organisations that the user is in. */
  organizations(email: string, password: Secret): Promise<readonly Organization[]>
  /** Logs a machine identity in; gives its access token. */
  loginIdentity(credentials: ClientCredentials): Promise<Secret>
  /** Tries things as the identity that an access token is of. */
  trying(token: Secret): IdentityTrial
  /** Reads as the identity that an access token is of. */
  reading(token: Secret): StoreReading
}

/** What an identity is let do, found out by trying. Calls throw SealiftError SERVER_FAILED for anything but yes and no. */
export interface IdentityTrial {
  /** Whether it may read a secret of this name, there or not, in a folder that is there. */
  read(place: SecretPlace, name: string): Promise<boolean>
  /** Whether it may make a secret of this name: where it may, the secret is there then. */
  write(place: SecretPlace, name: string): Promise<boolean>
}

/**
 * What an admin does through the API. What gives a boolean looks first, and tells whether it changed anything;
 * what somebody else does between look and change is the server's error.
 */
export interface InfisicalSession {
  readonly organizationId: string
  /** The same server, for whoever makes its tenancy. */
  readonly tenancy: TenancyServer
  /** The same server, for identities that log in as service accounts. */
  readonly kubernetesAuth: KubernetesAuthServer
  /** What its projects let one another read. */
  readonly sharing: Sharing
  /** The same server, for how its machine identities log in without a credential that lasts. */
  readonly logins: LoginServer
  /** The user who is logged in. */
  readonly account: Account
  /** The same server, for whoever gives secrets anew. */
  readonly rotation: RotationServer
  /** The same server, for whoever has to show who did what. */
  readonly audit: AuditServer
  /** The same server, for whoever moves many secrets at once. */
  readonly batches: SecretBatches
  /** The same server, a folder at a time with all that it imports, as External Secrets Operator reads it. */
  readonly folderReading: FolderReading
  /** The same server, asked only. */
  readonly looks: TenancyLooks
  project(slug: string): Promise<Project | undefined>
  createProject(name: string, slug: string): Promise<Project>
  createEnvironment(projectId: string, name: string, slug: string): Promise<void>
  /** Makes every folder of an absolute path that is not there yet. */
  ensureFolder(place: SecretPlace): Promise<boolean>
  /** The machine identities of exactly this name: a server may have several. */
  identities(name: string): Promise<readonly Identity[]>
  /** Makes a machine identity with the organisation role `no-access`. */
  createIdentity(name: string): Promise<Identity>
  /** Deletes an identity, and with it all its ways to log in; one that is not there is fine. */
  deleteIdentity(identityId: string): Promise<boolean>
  /** Revokes every token of an identity that has token auth; gives how many still were good. */
  revokeTokens(identityId: string): Promise<number>
  /** Gives the client id of an identity's universal auth; attaches that first where the identity has none. */
  attachUniversalAuth(identity: Identity): Promise<string>
  createClientSecret(identityId: string, description: string): Promise<Secret>
  /** Ids of the identity's client secrets that are not revoked: those of that description, all where none is given. */
  clientSecrets(identityId: string, description?: string): Promise<readonly string[]>
  revokeClientSecret(identityId: string, id: string): Promise<void>
  /** Lets an identity log in again at once, whose client secret was given wrong too often; fine where none was. */
  clearLockouts(identityId: string): Promise<void>
  /** Makes the identity a member of a project (built-in role); a member already stays what it is. */
  addToProject(projectId: string, identityId: string, role: string): Promise<boolean>
  /** Makes an identity's additional privilege of this slug in a project permit exactly this, for ever. */
  ensurePrivilege(
    projectId: string,
    identityId: string,
    slug: string,
    permissions: readonly Permission[],
  ): Promise<boolean>
  secret(place: SecretPlace, name: string): Promise<Secret | undefined>
  /** Names of the secrets in a folder that is there; no value is asked for. */
  secretNames(place: SecretPlace): Promise<readonly string[]>
  /** Creates a secret, or changes its value. */
  putSecret(place: SecretPlace, name: string, value: Secret): Promise<boolean>
  /** Deletes a secret; one that is not there is fine. */
  deleteSecret(place: SecretPlace, name: string): Promise<boolean>
}
