import type { Secret } from './secret.ts'
import type { SecretPlace } from './secret-place.ts'

/** A secret by its name. */
export interface NamedSecret {
  readonly name: string
  readonly value: Secret
}

/** What a store of External Secrets Operator says of where it reads. */
export interface StoreScope {
  /** Slugs. */
  readonly project: string
  readonly environment: string
  /** Absolute folder path, `/` for the root. */
  readonly path: string
  /** Whether references such as `${NAME}` in values are replaced. */
  readonly expandSecretReferences: boolean
}

/** Secrets as External Secrets Operator reads them. Calls throw SealiftError SERVER_FAILED. */
export interface StoreReading {
  /**
   * The secrets of a folder, imported ones too where the folder has none of their name, by the request that the operator
   * sends for `dataFrom.find`. `undefined` where there is no such folder.
   */
  readByStore(scope: StoreScope): Promise<ReadonlyMap<string, Secret> | undefined>
}

/** Whole folders of secrets at once, each by one request that is sent once. Calls throw SealiftError SERVER_FAILED. */
export interface SecretBatches extends StoreReading {
  /** The secrets of a folder as they were written, without imported ones; `undefined` where there is no such folder. */
  secretsIn(place: SecretPlace): Promise<ReadonlyMap<string, Secret> | undefined>
  /**
   * Makes secrets, and changes those that are there: all of them, or none. The server was seen to take a thousand, and
   * a body of 1 MiB.
   */
  putSecrets(place: SecretPlace, secrets: readonly NamedSecret[]): Promise<void>
}
