import type { AskedDatabase, CacheFacts } from '../wire/index.ts'
import type { Verdict } from './verdict.ts'

/** Whether Infisical's tables are where its role logs in. Few free connections are told, and are no fault yet. */
export function judgeDatabase(id: string, asked: AskedDatabase, needed: number): Verdict {
  const { user, database, facts, state } = asked
  const { version, freeConnections, maxConnections } = facts
  if (!state.infisical)
    return {
      id,
      ok: false,
      message: `${user} logs in, but database ${database} has none of Infisical's tables, of others ${state.tables}`,
      hint: 'it was emptied, or is another one: restore it, or correct database in the site file and install again',
    }
  // Those of Infisical's own database are counted with the free ones.
  const free = `${freeConnections} of ${maxConnections} connections are free or its own`
  const few = freeConnections < needed ? `, and Infisical may open ${needed}: raise max_connections` : ''
  return {
    id,
    ok: true,
    message: `PostgreSQL ${version}: ${user} logs in, ${state.tables} tables in ${database}; ${free}${few}`,
  }
}

/** What a cache that answered and fits is like. */
export function judgeCache(
  id: string,
  { server, version, policy, keys, freeConnections }: CacheFacts,
): Verdict {
  const free = freeConnections === undefined ? '' : `, ${freeConnections} connections are free`
  return {
    id,
    ok: true,
    message: `${server === 'redis' ? 'Redis' : 'Dragonfly'} ${version} answers: ${keys} keys, ${policy ?? 'unknown eviction policy'}${free}`,
  }
}
