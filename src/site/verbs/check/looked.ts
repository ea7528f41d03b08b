import { type ErrorCode, printable, SealiftError } from '../../../kernel/errors/index.ts'
import { judgeFailure, type Verdict } from '../../check/index.ts'

// Nothing else can be asked either.
const ends: ReadonlySet<ErrorCode> = new Set(['CLUSTER_UNREACHABLE', 'INTERRUPTED'])

const longest = 2000
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
    return [await look(id)].flat().map(oneLine)
  } catch (error) {
    if (!(error instanceof SealiftError) || ends.has(error.code)) throw error
    return [oneLine(judgeFailure(id, error, next))]
  }
}

/** A verdict of one line, whatever others have written into it: it must not look like two. */
function oneLine({ id, ok, message, hint }: Verdict): Verdict {
  const shown = { id: printable(id, longest), ok, message: printable(message, longest) }
  return hint === undefined ? shown : { ...shown, hint: printable(hint, longest) }
}

/** Waits for looks that go on at the same time, all of them, whatever comes of one. @throws what the first one threw */
export async function allLooked(looks: readonly Promise<readonly Verdict[]>[]): Promise<Verdict[]> {
  await Promise.allSettled(looks)
  return (await Promise.all(looks)).flat()
}
