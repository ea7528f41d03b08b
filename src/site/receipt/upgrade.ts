import * as z from 'zod'
import { SealiftError } from '../../kernel/errors/index.ts'
import { digestShape } from '../../kernel/oci/index.ts'
import type { Cluster } from '../../kernel/ports/index.ts'
import { keptUntil, type Receipt, readUpgrade, upgradeNote } from '../install/index.ts'
import { refused } from './refused.ts'

const named = z.strictObject({ name: z.string(), version: z.string(), bundle: digestShape })

/** The upgrade that a site's bundle came by, or that was tried over it and came back. */
export const receiptUpgrade = upgradeNote
  .pick({ gap: true, reads: true, secrets: true, archive: true, gaveUp: true, kept: true, restored: true })
  .extend(upgradeNote.pick({ before: true, after: true }).shape)
  .extend({
    from: named,
    to: named,
    state: z.enum(['begun', 'proven', 'returning', 'returned']),
    /** ISO times at which it was begun, and since which it is in that state. */
    since: z.string(),
    at: z.string(),
    /** Why it came back. */
    why: z.string().exactOptional(),
    /** Databases that are kept: the copy of before, and the one that failed. */
    snapshot: z.string().exactOptional(),
    setAside: z.string().exactOptional(),
    /** ISO time until which they are. */
    keptUntil: z.string().exactOptional(),
  })
  .strict()
export type ReceiptUpgrade = z.infer<typeof receiptUpgrade>

/**
 * The last upgrade of a site, where its receipt is of either of its ends; nothing where there was none. A note that cannot be
 * read is untold. @throws SealiftError CLUSTER_*
 */
export async function upgradeOf(
  cluster: Pick<Cluster, 'get'>,
  { bundle }: Pick<Receipt, 'bundle'>,
  untold: string[],
): Promise<ReceiptUpgrade | undefined> {
  const note = await readUpgrade(cluster).catch((error: unknown) => {
    if (!(error instanceof SealiftError) || error.code !== 'LOCK_INVALID')
      return refused('the last upgrade', untold)(error)
    untold.push(`the last upgrade: ${error.message}`)
    return undefined
  })
  if (note === undefined || (note.from.bundle !== bundle && note.to.bundle !== bundle)) return undefined
  const until = keptUntil(note)
  // The note has more, which is there for the way back alone.
  return receiptUpgrade.strip().parse({ ...note, ...(until === undefined ? {} : { keptUntil: until }) })
}
