import type { Patience } from '../../../kernel/owned/index.ts'
import type { Cluster } from '../../../kernel/ports/index.ts'
import type { OperatedCluster } from './operated.ts'
import type { Target } from './wanted.ts'

/** What role and database are made with. */
export interface Making {
  readonly cluster: Cluster
  readonly at: OperatedCluster
  readonly target: Target
  readonly patience: Patience
  /** Tells people what they have to do themselves, and shows them the lines that it takes. */
  readonly tell: (what: string, lines: readonly string[]) => void
}
