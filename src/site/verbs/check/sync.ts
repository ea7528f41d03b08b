import { adminSession, type WhereWired, withInfisical } from '../../../kernel/access/index.ts'
import type { Infisical, SiteHost, Talk } from '../../../kernel/ports/index.ts'
import { judgeUntried, type Verdict } from '../../check/index.ts'
import { type Patience, probePlace, readManifests, syncOnce } from '../../wire/index.ts'
import { attempts } from './infisical.ts'
import { looked } from './looked.ts'

const timeout = 30_000

/**
 * Forces one sync as a step that people see, and leaves nothing of it behind; not where something that it rests on
 * failed already. @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED
 */
export async function trySync(
  { infisical: namespace }: WhereWired,
  before: readonly Verdict[],
  host: SiteHost,
  { reporter, signal }: Pick<Talk, 'reporter' | 'signal'>,
): Promise<readonly Verdict[]> {
  const step = reporter.step('Send a secret from Infisical to Kubernetes')
  const bad = before.filter(({ ok }) => !ok)
  try {
    const verdicts = await looked('eso/sync', async id => {
      if (bad.length > 0 || namespace === undefined) return judgeUntried(id, bad)
      const took = await sync(namespace, host, { signal, progress: detail => step.update(detail) })
      return { id, ok: true, message: `a secret arrived after ${took} ms, and was taken away` }
    })
    for (const { ok, message } of verdicts) ok ? step.done(message) : step.fail(message)
    return verdicts
  } catch (error) {
    step.fail()
    throw error
  }
}

async function sync(
  namespace: string,
  { cluster, clock, random, manifests: shipped, ...host }: SiteHost,
  watched: Pick<Patience, 'signal' | 'progress'>,
): Promise<number> {
  const manifests = await readManifests(shipped)
  const work = async (server: Infisical) => {
    const session = await adminSession(cluster, server, namespace)
    const place = await probePlace(session)
    return await syncOnce({ cluster, session, random, manifests, place, clock, timeout, ...watched })
  }
  // Its requests are not stopped by the signal: what was made must be taken away.
  return await withInfisical({ cluster, ...host }, namespace, work, { attempts })
}
