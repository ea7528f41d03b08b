import type { Finding } from '../compatibility/index.ts'
import { mayTakeSnapshot } from '../snapshot/index.ts'
import type { OwnDatabase, SiteServices } from '../wire/index.ts'

/** Whether the database can be copied, without which nothing leads back, and its bytes where that may be seen. */
export interface WayBack {
  readonly finding: Finding
  readonly bytes?: number
}

/** Looks at that. Changes nothing. @throws SealiftError DATABASE_*, CLUSTER_* */
export async function judgeWayBack(services: SiteServices, own: OwnDatabase): Promise<WayBack> {
  const id = 'database/copy'
  const may = await mayTakeSnapshot(services, own)
  if ('fault' in may) return { finding: { id, ok: 'no', seen: may.fault, hint: may.hint } }
  const { by, bytes } = may
  return {
    finding: { id, ok: 'yes', seen: `the database can be copied, as the ${by}` },
    ...(bytes === undefined ? {} : { bytes }),
  }
}
