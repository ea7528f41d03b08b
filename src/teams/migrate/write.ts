import type {
  NamedSecret,
  Secret,
  SecretBatches,
  SecretPlace,
  TenancyServer,
} from '../../kernel/ports/index.ts'
import type { Pace } from '../pace/index.ts'
import { allEnded, withDone } from '../tenancy/index.ts'
import { isKept } from './plan.ts'

/** Recorded: a thousand in about a second. */
const mostAtOnce = 1000
/** Bytes of secrets in one request; recorded is a body of 1,048,123. */
const largest = 1_000_000

/** What writing needs. */
export interface Writing {
  readonly batches: SecretBatches
  readonly tenancy: Pick<TenancyServer, 'createFolder'>
  readonly pace: Pace
  /** Told how many of all are written. */
  readonly say: (detail: string) => void
}

/**
 * Writes what of these a folder has not, or has otherwise; where the server fails on the way, it is given time, and
 * looked at again, until nothing is missing. A folder that is not there is made first. Gives how many were written.
 * @param there what the folder has; `undefined` where there is none @throws SealiftError SERVER_FAILED
 */
export async function writeSecrets(
  place: SecretPlace,
  secrets: readonly NamedSecret[],
  there: ReadonlyMap<string, Secret> | undefined,
  { batches, tenancy, pace, say }: Writing,
): Promise<number> {
  let written = 0
  for (let now = there; ; now = await pace.read(() => batches.secretsIn(place))) {
    const missing = secrets.filter(({ name, value }) => !isKept(now?.get(name), value))
    const total = written + missing.length
    try {
      if (now === undefined)
        await pace.change(() => tenancy.createFolder(place.projectId, place.environment, place.path))
      await allEnded(
        inBatches(missing).map(async batch => {
          await pace.change(() => batches.putSecrets(place, batch))
          written += batch.length
          say(`${written} of ${total}`)
        }),
      )
      return written
    } catch (error) {
      // Nobody knows what a request has done that the server failed at: it is looked at anew.
      await pace.rest(error).catch((failure: unknown) => {
        throw withDone(failure, written)
      })
    }
  }
}

/** Secrets in the order in which they came, as many at once as one request may have. */
export function inBatches(secrets: readonly NamedSecret[]): NamedSecret[][] {
  const batches: NamedSecret[][] = []
  let size = 0
  for (const secret of secrets) {
    const more = Buffer.byteLength(
      JSON.stringify({ secretKey: secret.name, secretValue: secret.value.reveal() }),
    )
    const last = batches.at(-1)
    if (last === undefined || last.length === mostAtOnce || size + more > largest) {
      batches.push([secret])
      size = more
    } else {
      last.push(secret)
      size += more + 1
    }
  }
  return batches
}
