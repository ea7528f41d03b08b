import type { SecretPlace } from './secret-place.ts'

/** One project lets another one import the secrets of one folder; of those below it that says nothing. */
export interface ServerGrant {
  readonly id: string
  /** The folder whose secrets are shared. */
  readonly folderId: string
  /** What that folder is called; `root` is the root, or a folder of that name. */
  readonly folderName: string
  /** Slug of the folder's environment. */
  readonly environment: string
  readonly targetProjectId: string
}

/** An import that a folder has: the secrets of another one are read there as well. */
export interface ServerImport {
  readonly id: string
  /** Id of the environment that the secrets lie in: of another project too, which has no field of its own. */
  readonly environmentId: string
  /** The folder there. */
  readonly path: string
}

/** A secret's name, and the folder that it lies in. */
export interface PlacedName {
  readonly path: string
  readonly name: string
}

/**
 * How one project of an Infisical reads what others have. Each call is one request, sent once. Calls throw SealiftError
 * SERVER_FAILED.
 */
export interface Sharing {
  /** Whether the organisation lets its projects share; the server must have been told of the organisation, too. */
  isAllowed(): Promise<boolean>
  /** Lets the organisation's projects share. A server that was not told of the organisation says nothing of that. */
  allow(): Promise<void>
  /**
   * Every grant that a project gives; none where the server does not let it share.
   * @returns undefined where the server knows no grants: it is older than mid-2026
   */
  grants(projectId: string): Promise<readonly ServerGrant[] | undefined>
  /** Lets a project import what lies in a folder of another one; refused a second time. */
  grant(source: SecretPlace, targetProjectId: string): Promise<void>
  /** Takes a grant back: what was imported by it is not read any more, at once. */
  revoke(sourceProjectId: string, grantId: string): Promise<void>
  /** The imports of one folder. Those from other projects are only told while sharing is let. */
  imports(place: SecretPlace): Promise<readonly ServerImport[]>
  /** Lets a folder have the secrets of another one, of any project, that has granted it. */
  import(place: SecretPlace, source: SecretPlace): Promise<void>
  removeImport(place: SecretPlace, importId: string): Promise<void>
  /** Names of the secrets that lie in a folder and all those below it themselves; nothing that is imported. */
  namesBelow(place: SecretPlace): Promise<readonly PlacedName[]>
}
