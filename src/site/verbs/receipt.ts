import type { Site } from '../../kernel/inputs/index.ts'
import type { SiteHost, Talk } from '../../kernel/ports/index.ts'
import { readReceipt, refuseOtherSite } from '../install/index.ts'
import { gatherReceipt, type SiteReceipt, siteReceipt } from '../receipt/index.ts'

export { siteReceipt }

/**
 * The receipt of what is installed on this very site, from what the site holds. Changes nothing. `version` is Sealift's.
 * @throws SealiftError NOT_INSTALLED, FOREIGN_INSTALL, LOCK_INVALID, CLUSTER_*
 */
export async function receipt(
  { metadata }: Pick<Site, 'metadata'>,
  version: string,
  host: SiteHost,
  talk: Talk,
): Promise<SiteReceipt> {
  refuseOtherSite((await readReceipt(host.cluster)).site, metadata.name)
  return gatherReceipt(host, version, talk)
}
