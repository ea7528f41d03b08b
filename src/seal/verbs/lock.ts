import * as z from 'zod'
import { lockTitle } from '../../bundle/layout/index.ts'
import { bundleLock, change } from '../../bundle/lock/index.ts'
import type { ConnectedHost, Talk } from '../../kernel/ports/index.ts'
import { forgetKept, type LockRequest, type MadeLock, makeLock } from '../locking/index.ts'

/** Memory in bytes, CPU in millicores. */
const amount = z.strictObject({ memory: z.number(), cpu: z.number() })

/** What `sealift lock --json` says: the file, the lock in it, and in what it differs from the one before. */
export const lockOutput = z.strictObject({
  path: z.string(),
  drift: z.array(change).readonly(),
  lock: bundleLock,
  /** Suspects that were to be taken, but that no registry has; all that are not taken are the lock's `suspects`. */
  missing: z.array(z.strictObject({ name: z.string(), why: z.string() })).readonly(),
  /** What a rolling update adds for a while to what is declared: the chart whose update adds most. */
  surge: amount,
  /** What Jobs and hooks request together while they run. */
  temporary: amount,
})
export type LockOutput = z.infer<typeof lockOutput>

/** A new lock, and the file that it belongs into. */
export interface LockResult extends MadeLock {
  readonly path: string
}

/**
 * Locks a spec, and writes the lock beside it; with `locked` it is only held to the lock that lies there.
 * @throws SealiftError as {@link makeLock}, and DISK_FULL
 */
export async function lock(request: LockRequest, host: ConnectedHost, talk: Talk): Promise<LockResult> {
  const made = await makeLock(request, host, talk)
  const path = `${request.specDir}/${lockTitle}`
  if (!request.locked) {
    await host.files.write(path, made.text)
    await forgetKept(request.specDir, host.files, talk.reporter)
  }
  return { path, ...made }
}
