import type { Permission } from './permission.ts'
import type { Secret } from './secret.ts'
import type { SecretPlace } from './secret-place.ts'

/** An environment as the server has it. */
export interface ServerEnvironment {
  readonly id: string
  readonly slug: string
}

/** A project of secrets as the server lists it. */
export interface ServerProject {
  readonly id: string
  readonly slug: string
  readonly description: string
  /** Whether the server refuses to delete it. */
  readonly deleteProtection: boolean
  readonly environments: readonly ServerEnvironment[]
  /** Those that were deleted and are kept for a while, with all that is in them: their slugs are taken so long. */
  readonly deletedEnvironments: readonly ServerEnvironment[]
}

/** A project that is to be made. */
export interface NewProject {
  readonly slug: string
  readonly description?: string
  readonly deleteProtection?: boolean
  /** Whether it comes with dev, staging and prod, which the server then makes without being asked. */
  readonly defaultEnvironments: boolean
}

/** What of a project may be changed. */
export type ProjectChange = Partial<Pick<ServerProject, 'description' | 'deleteProtection'>>

/** A folder as the server has it; the root of an environment is none. */
export interface ServerFolder {
  readonly id: string
  /** `/db/primary`. */
  readonly path: string
}

/** A person as the organisation has them. */
export interface ServerPerson {
  /** In small letters. */
  readonly email: string
  /** Whether they were invited and have not come yet. */
  readonly isInvited: boolean
}

/** The link that lets an invited person in: whoever has it is that person. The server gives it once. */
export interface Invitation {
  readonly email: string
  readonly link: Secret
}

/** A person in a project. */
export interface ServerMember {
  /** Id of the membership. */
  readonly id: string
  /** In small letters. */
  readonly email: string
  /** Slugs of the roles that do not end by themselves. */
  readonly roles: readonly string[]
  /** Whether they have roles that do. */
  readonly isTemporary: boolean
}

/** A machine identity as the organisation has it. */
export interface ServerIdentity {
  readonly id: string
  readonly name: string
  /** Its role in the organisation. */
  readonly role: string
  /** The ways in which it can log in, such as `universal-auth` and `oidc-auth`. */
  readonly authMethods: readonly string[]
}

/** A machine identity in a project. */
export interface ServerMachine {
  readonly identityId: string
  readonly name: string
  /** Slugs of its roles there. */
  readonly roles: readonly string[]
}

/** An additional privilege of an identity in a project. */
export interface ServerPrivilege {
  readonly id: string
  readonly slug: string
  /** Whether it ends by itself. */
  readonly isTemporary: boolean
}

/** What the server's licence allows; a limit that is not there is none. */
export interface Licence {
  /** Whether a project can have roles of its own. */
  readonly customRoles: boolean
  readonly groups: boolean
  /** Whether projects may share secrets; servers before that wanted a licence say nothing of it. */
  readonly sharing?: boolean
  readonly most: Partial<Readonly<Record<'projects' | 'people' | 'identities' | 'environments', number>>>
}

/**
 * Organisation, projects, environments and folders of an Infisical, as an admin sees and changes them. Each call is one
 * request, unless it says otherwise, and is sent once. Calls throw SealiftError SERVER_FAILED.
 */
export interface TenancyServer {
  /** Name of the organisation that the admin is logged in to. */
  organization(): Promise<string>
  /** Every project of secrets; the server has others, for certificates. */
  projects(): Promise<readonly ServerProject[]>
  createProject(project: NewProject): Promise<ServerProject>
  changeProject(projectId: string, change: ProjectChange): Promise<void>
  createEnvironment(projectId: string, name: string, slug: string): Promise<ServerEnvironment>
  /** Brings a deleted environment back, with what it had. */
  restoreEnvironment(projectId: string, environmentId: string): Promise<void>
  /**
   * Every folder of a project, by the slug of its environment. A server that does not know the one request for all of
   * them, or answers it otherwise, is asked for each environment.
   */
  folders(project: ServerProject): Promise<ReadonlyMap<string, readonly ServerFolder[]>>
  /** Makes the folder at an absolute path, and those above it that are not there. */
  createFolder(projectId: string, environment: string, path: string): Promise<void>
  /** E-mail address of the admin who is logged in. */
  readonly admin: string
  licence(): Promise<Licence>
  /** Everybody in the organisation. */
  people(): Promise<readonly ServerPerson[]>
  /**
   * Invites people to the organisation; who is in it already has no link in the answer. Once sent, an interruption does
   * not end it: the links would be lost.
   */
  invite(emails: readonly string[]): Promise<readonly Invitation[]>
  /** Slugs of the roles that a project has, its own ones included. */
  roles(projectId: string): Promise<readonly string[]>
  members(projectId: string): Promise<readonly ServerMember[]>
  /** Adds people of the organisation to a project: one who is not in it would be invited, and the link be lost. */
  addMembers(projectId: string, emails: readonly string[], roles: readonly string[]): Promise<void>
  /** Gives a member exactly these roles. */
  changeMember(projectId: string, memberId: string, roles: readonly string[]): Promise<void>
  removeMember(projectId: string, memberId: string): Promise<void>
  /** How many secrets lie in a folder and all those below it. */
  secretsBelow(place: SecretPlace): Promise<number>
  deleteEnvironment(projectId: string, environmentId: string): Promise<void>
  /** Deletes a folder with all that is in it; `path` is that of the folder itself. */
  deleteFolder(projectId: string, environment: string, folder: ServerFolder): Promise<void>
  /** Every machine identity of the organisation. */
  identities(): Promise<readonly ServerIdentity[]>
  /** Makes an identity without a role, also where there is one of that name; gives its id. */
  createIdentity(name: string): Promise<string>
  /** The machine identities of a project; a request for each hundred. */
  machines(projectId: string): Promise<readonly ServerMachine[]>
  /** Brings an identity into a project, with the role no-access. */
  addMachine(projectId: string, identityId: string): Promise<void>
  /** Gives an identity that is in a project the role no-access, and no other. */
  resetMachine(projectId: string, identityId: string): Promise<void>
  removeMachine(projectId: string, identityId: string): Promise<void>
  privileges(projectId: string, identityId: string): Promise<readonly ServerPrivilege[]>
  /** The rules of a privilege, as the server has them. */
  permissions(privilegeId: string): Promise<unknown>
  createPrivilege(
    projectId: string,
    identityId: string,
    slug: string,
    permissions: readonly Permission[],
  ): Promise<void>
  /** Makes a privilege permit exactly this, for ever. */
  changePrivilege(privilegeId: string, slug: string, permissions: readonly Permission[]): Promise<void>
  removePrivilege(privilegeId: string): Promise<void>
}

/** The part of it that is about machine identities. */
export type MachineServer = Pick<
  TenancyServer,
  | 'identities'
  | 'createIdentity'
  | 'machines'
  | 'addMachine'
  | 'resetMachine'
  | 'removeMachine'
  | 'privileges'
  | 'permissions'
  | 'createPrivilege'
  | 'changePrivilege'
  | 'removePrivilege'
>
