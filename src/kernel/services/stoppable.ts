import type { Database, DatabaseLogin, DatabaseSession } from '../ports/index.ts'
import { withSession } from './session.ts'

/** A session, and how another one of the same role is opened beside it. */
export interface Reopened {
  readonly session: DatabaseSession
  readonly database: Database
  readonly login: DatabaseLogin
}

/**
 * Runs statements that take long in a session, and ends the one under way at the server where the signal aborts: PostgreSQL
 * goes on with it for whoever is gone. @throws the signal's reason, and what `work` throws
 */
export async function stoppable<T>(
  { session, database, login }: Reopened,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const [row] = await session.query('SELECT pg_backend_pid() AS pid')
  const cancel = () => {
    const cancelled = withSession(database, login, other =>
      other.query('SELECT pg_cancel_backend($1)', [row?.['pid']]),
    )
    // What cannot be ended is waited for.
    cancelled.catch(() => {})
  }
  signal.throwIfAborted()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
