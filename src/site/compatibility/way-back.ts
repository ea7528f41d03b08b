import { count, bytes as inUnits, printable } from '../../kernel/errors/index.ts'
import { mayTakeSnapshot, snapshots } from '../snapshot/index.ts'
import type { OwnDatabase, SiteServices } from '../wire/index.ts'
import { doubt, type Finding, no, yes } from './finding.ts'

/** Whether the database can be copied, without which nothing leads back, and its bytes where that may be seen. */
export interface WayBack {
  readonly finding: Finding
  readonly bytes?: number
}

const id = 'database/copy'

/**
 * Looks at that, at who would be in the way of it now, and at how much room those have that are kept already: what PostgreSQL
 * has left of its volume nobody can ask it. Changes nothing. @throws SealiftError DATABASE_*, CLUSTER_*
 */
export async function judgeWayBack(services: SiteServices, own: OwnDatabase): Promise<WayBack> {
  const may = await mayTakeSnapshot(services, own)
  if ('fault' in may) return { finding: no(id, may.fault, may.hint) }
  const { by, bytes, others } = may
  const size = bytes === undefined ? {} : { bytes }
  const sized = bytes === undefined ? '' : ` (${inUnits(bytes)})`
  const kept = keptWords(await snapshots(services, own))
  const seen = `the database${sized} can be copied, as the ${by}${kept}`
  if (others.length === 0) return { finding: yes(id, seen), ...size }
  const inTheWay = printable(`${seen}, once nobody else is connected: ${others.join('; ')}`, 1000)
  const hint = 'end them before the change window: the upgrade waits ten seconds for them, then goes back'
  return { finding: doubt(id, inTheWay, hint), ...size }
}

function keptWords(kept: readonly { readonly bytes?: number }[]): string {
  if (kept.length === 0) return ''
  const known = kept.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes]))
  const sum = known.length < kept.length ? '' : `, ${inUnits(known.reduce((all, one) => all + one, 0))}`
  return `; ${count(kept.length, 'database')} kept beside it${sum}`
}
