import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { BundleLock } from '../lock/index.ts'

// What a spec allows in both: nothing that leads to another folder.
const part = /^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$/

/** What a bundle leaves out: what an older one had, or what a site has. */
type Without = Pick<BundleLock, 'metadata'> | { readonly site: string }

/**
 * The name of a bundle's file: `<name>-<version>.tar`, of a delta `<name>-<version>.since-<old version>.tar`, of one that
 * leaves out what a site has `<name>-<version>.for-<site>.tar`. Locks
 * may come from bundles, and those from anywhere. @throws SealiftError BUNDLE_MALFORMED
 */
export function bundleFile({ metadata }: Pick<BundleLock, 'metadata'>, without?: Without): string {
  const left = without && ('site' in without ? ['for', without.site] : ['since', without.metadata.version])
  const parts = [metadata.name, metadata.version, ...(left ?? []).slice(1)]
  const wrong = parts.find(text => !part.test(text))
  if (wrong !== undefined)
    throw new SealiftError('BUNDLE_MALFORMED', `${printable(wrong)} cannot be a part of a file's name`)
  return `${metadata.name}-${metadata.version}${left ? `.${left.join('-')}` : ''}.tar`
}
