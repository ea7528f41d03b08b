import type { Secret } from '../../../kernel/ports/index.ts'
import type { DatabasePlace, DatabaseUri } from '../connection.ts'

/** Infisical's own login to the database, as its pods use it. */
export interface OwnDatabase {
  readonly parts: DatabaseUri
  /** The URI for the pods; the site's own one is passed on as it is. */
  readonly uri: Secret
  readonly place: DatabasePlace
}
