import type { Permission } from './permission.ts'
import type { SecretPlace } from './secret-place.ts'

/** What `ensureFolder`, `addToProject` and `ensurePrivilege` look at first. Changes nothing. Calls throw SealiftError SERVER_FAILED. */
export interface TenancyLooks {
  /** Whether a folder of an environment that is there is there itself. */
  folder(place: SecretPlace): Promise<boolean>
  /** Whether an identity is in a project. */
  member(projectId: string, identityId: string): Promise<boolean>
  /** Whether an identity's additional privilege of this slug permits exactly this, for ever. */
  privilege(
    projectId: string,
    identityId: string,
    slug: string,
    permissions: readonly Permission[],
  ): Promise<boolean>
}
