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
  /**
   * Every folder of a project, by the slug of its environment. A server that does not know the one request for all of
   * them is asked for each environment.
   */
  folders(project: ServerProject): Promise<ReadonlyMap<string, readonly ServerFolder[]>>
  /** Makes the folder at an absolute path, and those above it that are not there. */
  createFolder(projectId: string, environment: string, path: string): Promise<void>
}
