import { type ErrorCode, SealiftError } from '../../../kernel/errors/index.ts'
import { judgeFailure, type Verdict } from '../../check/index.ts'

// Nothing else can be asked either.
const ends: ReadonlySet<ErrorCode> = new Set(['CLUSTER_UNREACHABLE', 'INTERRUPTED'])

const again = 'run sealift check again; if it stays, look at the cluster: kubectl get nodes, then pods -A'

/**
 * The verdicts of a look; `next` is what to do where an error does not say it. A thing that cannot be asked is not as it should be, and others are asked all the same.
 * @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED
 */
export async function looked(
  id: string,
  look: (id: string) => Promise<Verdict | readonly Verdict[]>,
  next = again,
): Promise<readonly Verdict[]> {
  try {
    return [await look(id)].flat()
  } catch (error) {
    if (!(error instanceof SealiftError) || ends.has(error.code)) throw error
    return [judgeFailure(id, error, next)]
  }
}

/** Waits for looks that go on at the same time, all of them, whatever comes of one. @throws what the first one threw */
export async function allLooked(looks: readonly Promise<readonly Verdict[]>[]): Promise<Verdict[]> {
  await Promise.allSettled(looks)
  return (await Promise.all(looks)).flat()
}
