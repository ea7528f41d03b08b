import { bytes as inUnits, printable } from '../../kernel/errors/index.ts'
import type { Receipt } from '../install/index.ts'

/** How long nobody is answered during an upgrade, as far as that can be told beforehand. */
export interface ExpectedDowntime {
  /** At most about so many; absent where no run on record says how long the server takes to start. */
  readonly seconds?: number
  /** What the number is made of, in sentences. */
  readonly from: readonly string[]
}

/** As PostgreSQL 15 copied 983 MB in 3.4 s on two processors and a local disk. */
const copied = 290e6
/** Kubernetes' own patience with a pod that is to end. */
const ending = 30

/**
 * What the server's end, the copy of its database and the start of another take together.
 * @param release of Infisical's server
 * @param bytes of the database, where they may be seen
 */
export function expectedDowntime(
  { run, lock }: Pick<Receipt, 'run'> & { readonly lock: Pick<Receipt['lock'], 'metadata'> },
  release: string,
  bytes: number | undefined,
): ExpectedDowntime {
  const step = (id: string) => run?.steps.find(one => one.id === id && !one.skipped)
  const [stopped, up] = [step('stop'), step(`release-${release}`)]
  const end = stopped === undefined ? ending : inSeconds(stopped.milliseconds)
  const version = printable(lock.metadata.version)
  const copy = bytes === undefined ? undefined : Math.ceil(bytes / copied)
  const start = up === undefined ? undefined : inSeconds(up.milliseconds)
  const from = [
    stopped === undefined
      ? `up to ${ending} s for its pods to end`
      : `${end} s for its pods to end, as at the last upgrade`,
    bytes === undefined || copy === undefined
      ? 'the copy of the database, whose size may not be seen'
      : `${copy} s for a copy of ${inUnits(bytes)}, at 290 MB/s as measured on two processors`,
    start === undefined
      ? 'the start of the new server: no run on record has measured one'
      : `${start} s for the new server, as ${version} took at ${run?.started}`,
    'what its migrations take is not in it',
  ]
  return start === undefined || copy === undefined ? { from } : { seconds: end + copy + start, from }
}

const inSeconds = (milliseconds: number) => Math.ceil(milliseconds / 1000)
