import type { Secret } from './secret.ts'

/** What a store of External Secrets Operator reads. */
export interface ReadScope {
  /** Slug of the project. */
  readonly project: string
  readonly environment: string
  readonly path: string
  /** Whether folders below it are read, too. */
  readonly recursive: boolean
  /** Whether references to other secrets are replaced. */
  readonly expand: boolean
}

/** A secret with its value, and the folder that it lies in. */
export interface ReadSecret {
  readonly name: string
  readonly path: string
  readonly value: Secret
}

/** What a folder has by one of its imports. */
export interface ReadImport {
  readonly environment: string
  readonly path: string
  readonly secrets: readonly Omit<ReadSecret, 'path'>[]
}

/** What is read of a folder: its own secrets come before those that it imports. */
export interface ReadFolder {
  readonly own: readonly ReadSecret[]
  readonly imported: readonly ReadImport[]
}

/** An Infisical as External Secrets Operator reads it. Calls are one request each, and throw SealiftError SERVER_FAILED. */
export interface FolderReading {
  /** All that a scope has. @returns undefined where its project, environment or folder is not there */
  folder(scope: ReadScope): Promise<ReadFolder | undefined>
}
