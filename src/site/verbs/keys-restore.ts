import * as z from 'zod'
import { systemNamespace } from '../../kernel/access/index.ts'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import { type Files, kinds, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { requireOwnRecords, underLease } from '../install/index.ts'
import {
  type AskPassphrase,
  type Escrow,
  identitiesIn,
  markedFor,
  openEscrow,
  putKeysBack,
  readManifests,
} from '../wire/index.ts'

/** Which escrow, and what opens it. */
export interface RestoreRequest {
  readonly site: Site
  readonly file: string
  /** Path of a file with age identities; none where a passphrase opens the escrow. */
  readonly identity?: string
}

/** Keys that are back. */
export const restored = z.strictObject({
  site: z.string(),
  file: z.string(),
  fingerprint: z.string(),
  /** ISO time at which the escrow was made. */
  madeAt: z.string(),
  /** Secrets that were written, `NAMESPACE/NAME`; none where the keys were there. */
  written: z.array(z.string()),
})
export type Restored = z.infer<typeof restored>

/**
 * Puts the keys of an escrow back where an install keeps them. The escrow is opened before the cluster is asked.
 * @throws SealiftError KEY_INVALID, FILE_FAILED, WRONG_SITE for another site's escrow, FOREIGN_INSTALL where other keys
 * are, KEYS_LOST where the record names others, SITE_BUSY, CLUSTER_*
 */
export async function restoreKeys(
  request: RestoreRequest,
  host: SiteHost,
  talk: Talk,
  ask: AskPassphrase,
): Promise<Restored> {
  const { cluster, files } = host
  const { name } = request.site.metadata
  const escrow = await openedEscrow(request, files, ask)
  if (escrow.site !== name)
    throw new SealiftError(
      'WRONG_SITE',
      printable(`${request.file} is the escrow of site ${escrow.site}, and the site file is that of ${name}`),
      { hints: [`take the escrow of ${name}, or the site file of ${printable(escrow.site)}`] },
    )
  const namespace = await requireOwnRecords(cluster, name)
  const records = await cluster.get(kinds.namespace, systemNamespace)
  const written = await underLease({ ...host, about: { site: name } }, talk, async () => {
    // As an install marks it. One that is there bears its mark already, or is an older Sealift's, for install to mark.
    if (records === undefined)
      await cluster.apply(markedFor(name, (await readManifests(host.manifests)).systemNamespace))
    return await putKeysBack(cluster, namespace, escrow.keys)
  })
  const { fingerprint, madeAt } = escrow
  return { site: name, file: request.file, fingerprint, madeAt, written }
}

async function openedEscrow(
  { file, identity }: RestoreRequest,
  files: Pick<Files, 'readBytes' | 'readPrivate'>,
  ask: AskPassphrase,
): Promise<Escrow> {
  const identities =
    identity === undefined ? [] : await identitiesIn(await files.readPrivate(identity), identity, ask)
  return await openEscrow(await files.readBytes(file), file, identities, ask)
}
