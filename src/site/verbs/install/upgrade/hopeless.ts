import { count, SealiftError } from '../../../../kernel/errors/index.ts'
import { failedRuns } from '../../../../kernel/workloads/index.ts'
import { serverPods } from '../../../pause/index.ts'
import { databaseIn, withOwnSession } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'

/** So many ends with an error are no accident; kubelet waits ever longer for the next one, some 10 seconds until the third. */
const enough = 3

/**
 * Tells, each time it is asked, why the newer server is not worth waiting for, while helm would for as long as its chart
 * says: it ends with an error again and again, as where a migration fails. Ends of a time in which the database did not
 * answer are another matter: the older server would not have started either, and the next start may be well. Nothing where
 * it may come up yet, or nobody can tell.
 */
export function watchHope(
  installation: Pick<Installation, 'host' | 'site' | 'wired'>,
): () => Promise<string | undefined> {
  const excused = new Map<string, number>()
  return async () => {
    try {
      const { host, wired } = installation
      for (const pod of await serverPods(host.cluster, wired.infisical.namespace)) {
        const failed = failedRuns(pod)
        if (failed === undefined) continue
        const { container, times, exitCode } = failed
        const run = `${pod.metadata.name}/${container}`
        if (!(await answers(installation))) excused.set(run, times)
        if (times - (excused.get(run) ?? 0) < enough) continue
        return `container ${container} of pod ${pod.metadata.name} has ended ${count(times, 'time')}, the last with exit code ${exitCode}`
      }
    } catch (error) {
      if (!(error instanceof SealiftError)) throw error
    }
    return undefined
  }
}

async function answers({
  host,
  site,
  wired,
}: Pick<Installation, 'host' | 'site' | 'wired'>): Promise<boolean> {
  try {
    const { services, own } = await databaseIn(site, host, wired.infisical.namespace)
    await withOwnSession(services, own, session => session.query('SELECT 1'))
    return true
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
    return false
  }
}
