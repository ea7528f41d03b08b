import type { Secret } from '../../../kernel/ports/index.ts'
import type { DatabasePlace } from '../connection.ts'
import type { DatabaseUri } from '../database-uri.ts'

/** Infisical's own login to the database, as its pods use it. */
export interface OwnDatabase {
  readonly parts: DatabaseUri
  /** The URI for the pods; the site's own one as it stands, but for an `sslmode` where it says none. */
  readonly uri: Secret
  readonly place: DatabasePlace
  /** Its password is a new one, that no server knows yet. */
  readonly fresh?: boolean
}
