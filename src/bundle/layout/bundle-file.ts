import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { BundleLock } from '../lock/index.ts'

// What a spec allows in both: nothing that leads to another folder.
const part = /^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$/

/**
 * The name of a bundle's file: `<name>-<version>.tar`, of a delta `<name>-<version>.since-<old version>.tar`. Locks
 * may come from bundles, and those from anywhere. @throws SealiftError BUNDLE_MALFORMED
 */
export function bundleFile({ metadata }: Pick<BundleLock, 'metadata'>, since?: BundleLock): string {
  const parts = [metadata.name, metadata.version, ...(since ? [since.metadata.version] : [])]
  const wrong = parts.find(text => !part.test(text))
  if (wrong !== undefined)
    throw new SealiftError('BUNDLE_MALFORMED', `${printable(wrong)} cannot be a part of a file's name`)
  return `${metadata.name}-${metadata.version}${since ? `.since-${since.metadata.version}` : ''}.tar`
}
