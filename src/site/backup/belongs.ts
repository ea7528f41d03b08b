import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import type { Cluster } from '../../kernel/ports/index.ts'
import { fingerprintOf, storedKeys } from '../wire/index.ts'
import type { Opened } from './open.ts'

/** Makes sure that an archive is of the site that a site file is of. @throws SealiftError WRONG_SITE */
export function refuseOtherSite(
  { about }: Pick<Opened, 'about'>,
  { site, path }: { readonly site: Site; readonly path: string },
): void {
  const { name } = site.metadata
  if (about.site === name) return
  throw new SealiftError(
    'WRONG_SITE',
    printable(`${path} is a backup of site ${about.site}, and the site file is that of ${name}`),
    { hints: [`take a backup of ${name}, or the site file of ${printable(about.site)}`] },
  )
}

/**
 * Makes sure that an archive has the keys that are here. Whoever knows a recipient can write an archive for it, and what is in
 * a dump PostgreSQL runs: only who has the keys can have made one of this site. @throws SealiftError FOREIGN_INSTALL, CLUSTER_*
 */
export async function refuseOtherKeys(
  { path, escrow }: Pick<Opened, 'path' | 'escrow'>,
  cluster: Cluster,
  namespace: string,
): Promise<void> {
  const stored = await storedKeys(cluster, namespace)
  const same = (key: 'encryptionKey' | 'authSecret') => stored?.[key].reveal() === escrow.keys[key].reveal()
  if (stored === undefined || (same('encryptionKey') && same('authSecret'))) return
  const own = fingerprintOf(stored)
  throw new SealiftError(
    'FOREIGN_INSTALL',
    printable(
      `${path} has other keys in it (fingerprint ${escrow.fingerprint}) than are here (${own}): it could not be restored`,
      600,
    ),
    { hints: [`take a backup with keys ${own}: nothing of this one was sent to PostgreSQL`] },
  )
}
