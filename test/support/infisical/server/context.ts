import type { Database } from './database.ts'
import type { Config } from './env.ts'
import type { Kms } from './kms.ts'
import type { Queues } from './queue.ts'

/** What every route works with. */
export interface Context {
  readonly config: Config
  readonly db: Database
  readonly kms: Kms
  readonly queues: Queues
}
