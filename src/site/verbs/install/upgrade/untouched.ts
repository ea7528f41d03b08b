import type { UpgradeNote } from '../../../install/index.ts'
import type { Installation } from '../installation.ts'

/**
 * Whether Infisical's release is the one of before an upgrade, and no other server has been at its database. Of a revision
 * that was begun, killed and forgotten, helm's records say nothing any more. @throws SealiftError HELM_FAILED
 */
export async function isUntouched(
  { releases, touched }: Pick<UpgradeNote, 'releases' | 'touched'>,
  { helm, wired }: Pick<Installation, 'helm' | 'wired'>,
): Promise<boolean> {
  if (touched === true) return false
  const { release, namespace } = wired.infisical
  const before = releases.find(one => one.release === release && one.namespace === namespace)
  return (await helm.status(release, namespace))?.revision === before?.revision
}
