import { count, SealiftError } from '../../../../kernel/errors/index.ts'
import { failedRuns } from '../../../../kernel/workloads/index.ts'
import { serverPods } from '../../../pause/index.ts'
import { databaseIn, withOwnSession } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'

/** So many ends with an error are no accident; kubelet waits ever longer for the next one, some 10 seconds until the third. */
const enough = 3

/**
 * Why the newer server is not worth waiting for, while helm would for as long as its chart says: it ends with an error
 * again and again, as where a migration fails. A database that does not answer is another matter: the older server would
 * not start without it either. Nothing where it may come up yet, or nobody can tell.
 */
export async function hopeless({
  host,
  site,
  wired,
}: Pick<Installation, 'host' | 'site' | 'wired'>): Promise<string | undefined> {
  const { namespace } = wired.infisical
  try {
    for (const pod of await serverPods(host.cluster, namespace)) {
      const failed = failedRuns(pod)
      if (failed === undefined || failed.times < enough) continue
      const { services, own } = await databaseIn(site, host, namespace)
      await withOwnSession(services, own, session => session.query('SELECT 1'))
      const { container, times, exitCode } = failed
      return `container ${container} of pod ${pod.metadata.name} has ended ${count(times, 'time')}, the last with exit code ${exitCode}`
    }
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
  }
  return undefined
}
