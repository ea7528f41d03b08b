import { type Bundle, openBundle, signaturePath } from '../../../bundle/layout/index.ts'
import { bundledHelm, requireTrusted, verifySource } from '../../../bundle/opening/index.ts'
import { type InfisicalAccess, infisicalAccess } from '../../../kernel/access/index.ts'
import type { Helm, SiteHost, Talk } from '../../../kernel/ports/index.ts'
import { allInOrder, type Receipt, refuseWrongSite } from '../../install/index.ts'
import { chooseWay, type LoadingWay, wayName } from '../../load/index.ts'
import { type Wired, wiredCharts } from '../../wire/index.ts'
import { siteRecipients } from './escrow-step.ts'
import { type Look, looks } from './look-first.ts'
import type { InstallRequest } from './request.ts'

/** A bundle that is trusted and whole, on a site that was looked at. */
export interface Opened {
  readonly bundle: Bundle
  readonly wired: Wired
  /** Fingerprint of the key that signed it, or `unsigned`. */
  readonly key: Receipt['key']
  readonly look: Look
  readonly helm: Helm
  readonly access: InfisicalAccess
}

/**
 * Makes sure who signed a bundle, verifies it, and looks at the site; then does the work. The file is opened once, so that
 * what is verified is what is worked with. Changes nothing.
 * @throws SealiftError any of the site's and the bundle's codes, and what the work throws
 */
export async function withOpened<T>(
  { allow, bundle: path, site: { site }, load }: InstallRequest,
  host: SiteHost,
  talk: Talk,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const { files } = host
  await siteRecipients(site)
  const source = await files.openBundle(path)
  let chosen: LoadingWay | undefined
  try {
    const bundle = await openBundle(source)
    const key = await requireTrusted(signaturePath(source), bundle, site, allow.unsigned, files)
    const wired = wiredCharts(bundle)
    refuseWrongSite(wired.spec.metadata.sites, site.metadata.name, allow.anySite)
    const { downgrade, upgrade, takeOver } = allow
    // The whole file is read while the site is looked at; nothing is changed, and no helm unpacked, before that is through.
    const verified = verifySource(source, { path, platform: host.platform }, files, talk)
    const choosing = async () => chooseWay(await wayName(load, site, host), site, host, source)
    const way = await choosing().catch(async error => {
      // A fault of the bundle is the one to tell, whatever the site is like.
      await verified
      throw error
    })
    chosen = way
    const look = { bundle, site, wired, way, downgrade, upgrade, takeOver }
    const unpacking = verified.then(() => bundledHelm(bundle, host))
    const helm = await allInOrder([verified, ...looks(look, host, talk), unpacking]).then(
      () => unpacking,
      async error => {
        await unpacking.then(helm => helm.dispose()).catch(() => {})
        throw error
      },
    )
    const access = infisicalAccess(host, wired.infisical.namespace)
    try {
      return await work({ bundle, wired, key, look, helm, access })
    } finally {
      await access.close()
      await helm.dispose()
    }
  } finally {
    await chosen?.close?.()
    await source.close()
  }
}
