import type { SiteHost } from '../../../kernel/ports/index.ts'
import type { Receipt } from '../../install/index.ts'
import { filesOf } from '../../load/index.ts'

/** How a node keeps images. */
export type Kept = 'pulled' | 'renewed' | 'pinned'

/**
 * How nodes keep the images of what is installed: pulled from the site's registry whenever they are needed, pinned by
 * K3s at each start for as long as the bundle lies in its folder here, or pinned by Sealift.
 * @throws SealiftError LOAD_FAILED
 */
export async function howKept(
  { bundle, lock, load }: Receipt,
  { imagesFolder }: Pick<SiteHost, 'imagesFolder'>,
): Promise<Kept> {
  if (load === 'registry') return 'pulled'
  // By another way all are pinned by Sealift, whatever lies in the folder, and whether this user may look there.
  if (load === 'containerd' || load === 'cluster') return 'pinned'
  const files = filesOf({ digest: bundle, lock }, await imagesFolder.names())
  return files.length > 0 ? 'renewed' : 'pinned'
}

/** The same for one node: K3s's folder was looked at on this one alone. */
export function keptOn(local: boolean, kept: Kept): Kept {
  return local || kept === 'pulled' ? kept : 'pinned'
}
