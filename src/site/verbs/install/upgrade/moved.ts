import type { UpgradeNote } from '../../../install/index.ts'
import { isStopped } from '../../../pause/index.ts'
import type { Installation } from '../installation.ts'

/** What a way back leads over. */
export interface Moved {
  /** Releases that are of another revision now, and the one that is stopped. */
  readonly releases: readonly UpgradeNote['releases'][number][]
  /** Whether a newer server may have changed the database. */
  readonly database: boolean
}

/**
 * What an upgrade has moved so far, of the bundle's own releases: one that the bundle has not was moved by others, whatever
 * somebody has written into the note. @throws SealiftError HELM_FAILED, CLUSTER_*
 */
export async function movedSince(
  note: UpgradeNote,
  { wired, helm, host, bundle }: Installation,
): Promise<Moved> {
  const { release, namespace } = wired.infisical
  const stopped = await isStopped(host.cluster, namespace)
  const isOwn = (one: { readonly release: string; readonly namespace: string }) =>
    one.release === release && one.namespace === namespace
  const releases: UpgradeNote['releases'] = []
  let database = false
  const known = note.releases.filter(one =>
    bundle.lock.charts.some(chart => chart.release === one.release && chart.namespace === one.namespace),
  )
  for (const before of known) {
    const now = await helm.status(before.release, before.namespace)
    const moved = now?.revision !== before.revision || (isOwn(before) && note.touched === true)
    if (isOwn(before) && moved && note.snapshot !== undefined) database = true
    if (moved || (isOwn(before) && stopped)) releases.push(before)
  }
  // A way back that was begun goes over what it began with: it drops a copy that it does not need.
  return { releases, database: note.state === 'returning' ? (note.touched ?? true) : database }
}
