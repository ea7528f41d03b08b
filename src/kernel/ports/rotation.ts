import type { Secret } from './secret.ts'
import type { SecretPlace } from './secret-place.ts'

/** How old a secret is, as the server has it. */
export interface SecretAge {
  readonly name: string
  /** Absolute path of its folder. */
  readonly path: string
  /** When it was last changed, in milliseconds since 1970: its value, but also its name, comment, tags or metadata. */
  readonly changedAt: number
  /** How many versions it has had; each of those changes makes one. */
  readonly version: number
  /** Who changed it last, where the server says so. */
  readonly by?: string
}

/** What giving secrets anew asks of a server. Calls throw SealiftError SERVER_FAILED. */
export interface RotationServer {
  /** Every secret of an environment, in one request; values are not asked for, and imports are not listed. */
  ages(projectId: string, environment: string): Promise<readonly SecretAge[]>
  /** Changes secrets of a folder that are there, all of them or none. */
  putTogether(place: SecretPlace, values: Readonly<Record<string, Secret>>): Promise<void>
}
