import type { Site } from '../../kernel/inputs/index.ts'
import type { Cache, Clock, Cluster, Database, Random } from '../../kernel/ports/index.ts'

/** The two services of a site, and how to get to them. */
export interface SiteServices {
  readonly cluster: Cluster
  readonly database: Database
  readonly cache: Cache
  readonly random: Random
  readonly clock: Clock
  readonly site: Site
  /** Infisical's namespace, in which its pods look for a Service that is named without one. */
  readonly namespace: string
}
