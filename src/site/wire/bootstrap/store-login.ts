import {
  type AdminLogin,
  adminSecretName,
  adoptedMark,
  instanceMark,
  type KeptLogin,
  systemNamespace,
} from '../../../kernel/access/index.ts'
import { storeSecret } from '../../../kernel/owned/index.ts'
import type { Cluster, Secret } from '../../../kernel/ports/index.ts'

/** What is known beside the login. */
export interface LoginNotes {
  /** What is known of bootstrap's identity. */
  readonly mark?: string | undefined
  /** Whether somebody else set the server up. */
  readonly adopted?: boolean
  /** A password that is about to be set. */
  readonly next?: Secret
}

/** What is kept beside a login. That a server is adopted is believed wherever it is said: what is there is not ours then. */
export function notesOf(kept: readonly (KeptLogin | undefined)[]): { mark?: string; adopted: boolean } {
  const [mark] = kept.flatMap(one => one?.mark ?? [])
  return { adopted: kept.some(one => one?.adopted), ...(mark !== undefined && { mark }) }
}

/**
 * Writes the login into both places; what the notes do not say is not kept. Tells whether it wrote.
 * @throws SealiftError FOREIGN_INSTALL, CLUSTER_*
 */
export async function storeLogin(
  cluster: Cluster,
  namespace: string,
  { email, password, organization, organizationId }: AdminLogin,
  { mark, adopted = false, next }: LoginNotes = {},
): Promise<boolean> {
  const values = { email, password, organization, organizationId, nextPassword: next }
  const notes = { [instanceMark]: mark, [adoptedMark]: adopted ? 'true' : undefined }
  let changed = false
  for (const place of [systemNamespace, namespace])
    changed = (await storeSecret(cluster, place, adminSecretName, values, notes)) || changed
  return changed
}
