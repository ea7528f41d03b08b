import { infisicalName } from '../../../../kernel/access/index.ts'
import { isStopped, podsNoted } from '../../../pause/index.ts'
import type { Installation } from '../installation.ts'
import type { Noted } from './noted.ts'
import { isUntouched } from './untouched.ts'

/** For how long whoever has asked to stop is kept waiting, in milliseconds. */
const patience = 5_000

/**
 * Starts the server of before again that an upgrade has stopped, while its release is still that one: for a run that is
 * asked to stop, which may wait a few seconds and no longer. Says how that stands; nothing where none was stopped.
 */
export async function serveAgain(noted: Noted, installation: Installation): Promise<string | undefined> {
  const over = new AbortController()
  const late = installation.host.clock.sleep(patience, over.signal).then(
    () => 'Infisical is stopped: nobody could tell in time whether it may be started again',
    () => undefined,
  )
  try {
    return await Promise.race([startedAgain(noted, installation), late])
  } catch {
    return 'Infisical is stopped: it could not be started again'
  } finally {
    over.abort()
  }
}

async function startedAgain({ note }: Noted, installation: Installation) {
  const { host, wired } = installation
  const { namespace } = wired.infisical
  if (!(await isStopped(host.cluster, namespace))) return undefined
  if (!(await isUntouched(note, installation)))
    return 'Infisical is stopped: its release is not the one of before any more'
  await host.cluster.scale(namespace, infisicalName, podsNoted(note.pods))
  return `Infisical ${note.from.version} was started again: it serves as soon as its pods are up`
}
