import { messageOf, SealiftError } from '../../kernel/errors/index.ts'
import type { Pace } from '../pace/index.ts'
import type { Action } from './action.ts'
import { described } from './described.ts'

/** What a request needs to be sent. */
interface Performing {
  readonly pace: Pace
  readonly done: (action: Action) => void
}

/** Sends the one request of some actions when it is its turn; one that fails is told with the name of the first. */
export function performing({ pace, done }: Performing) {
  return async (actions: readonly Action[], send: () => Promise<unknown>): Promise<void> => {
    await pace.change(async () => {
      try {
        await send()
      } catch (error) {
        throw naming(actions, error)
      }
    })
    for (const action of actions) done(action)
  }
}

function naming([first, ...others]: readonly Action[], error: unknown): unknown {
  if (!(error instanceof SealiftError) || first === undefined) return error
  const { kind, name } = described(first)
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  // The same cause: it has the server's status.
  return new SealiftError(error.code, `${kind} ${name}${more}: ${messageOf(error)}`, {
    hints: error.hints,
    faults: error.faults,
    cause: error.cause,
  })
}

/** Waits for all, whatever becomes of each. @throws what the first one that failed did */
export async function allEnded(work: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}
