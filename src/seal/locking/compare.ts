import { lockTitle } from '../../bundle/layout/index.ts'
import type { BundleLock, Change } from '../../bundle/lock/index.ts'
import { readLock } from '../../bundle/opening/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { ConnectedHost, Reporter } from '../../kernel/ports/index.ts'
import type { LockRequest } from './request.ts'

/** The lock that lies there. Where it is only compared with, one that cannot be read counts as none. @throws SealiftError LOCK_INVALID */
export async function oldLock(
  { specDir, update = [], locked = false }: LockRequest,
  files: ConnectedHost['files'],
  reporter: Reporter,
): Promise<BundleLock | undefined> {
  const needed = locked || update.length > 0
  if (!needed && !(await files.exists(`${specDir}/${lockTitle}`))) return undefined
  try {
    return (await readLock(specDir, files)).lock
  } catch (error) {
    if (needed || !(error instanceof SealiftError) || error.code !== 'LOCK_INVALID') throw error
    reporter.warn(`${error.message}: it is made anew, and nothing can be compared`)
    return undefined
  }
}

/** Ends a run that was to change nothing, with all that would have changed. @throws SealiftError LOCK_DRIFT */
export function refuseDrift(drift: readonly Change[], { specDir }: LockRequest): void {
  if (drift.length === 0) return
  throw new SealiftError('LOCK_DRIFT', `${specDir} resolves to something else than it was locked to`, {
    faults: drift.map(({ sentence }) => sentence),
    hints: [`if that is wanted, run: sealift lock ${specDir}, and review the difference`],
  })
}
