import type { Site } from '../../kernel/inputs/index.ts'
import type { Patience } from '../../kernel/owned/index.ts'
import type { Cluster, Database, InfisicalSession, Random } from '../../kernel/ports/index.ts'
import type { Pace } from '../pace/index.ts'

/** What giving one anew needs. */
export interface Rotating {
  readonly cluster: Cluster
  readonly database: Database
  readonly random: Random
  readonly session: InfisicalSession
  readonly pace: Pace
  readonly site: Site
  /** Namespace of Infisical: hosts are named as its pods see them. */
  readonly namespace: string
  readonly patience: Patience
  /** Told what is being done, in a few words. */
  readonly say: (text: string) => void
}
