import * as z from 'zod'
import { systemNamespace } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import type { Cluster, SiteHost, Talk } from '../../kernel/ports/index.ts'
import { requireOwnRecords, underLease } from '../install/index.ts'
import {
  fileMark,
  fingerprintOf,
  type Given,
  isEscrowOf,
  type Keys,
  readKeysRecord,
  recipientsIn,
  requireRecipients,
  storedKeys,
  writeEscrow,
} from '../wire/index.ts'

/** Whom to, and where. */
export interface EscrowRequest {
  readonly site: Site
  /** Recipients of the command line; those of the site file where there is none, and no file of them. */
  readonly to: readonly string[]
  /** Path of a file with recipients, as `age -R` reads it. */
  readonly recipients?: string
  readonly output: string
}

/** An escrow that is there. */
export const escrowed = z.strictObject({
  site: z.string(),
  /** Of the keys in it. */
  fingerprint: z.string(),
  recipients: z.array(z.string()),
  file: z.string(),
  /** ISO time. */
  madeAt: z.string(),
  /** Whether it was written now; false where this very file was there. */
  written: z.boolean(),
})
export type Escrowed = z.infer<typeof escrowed>

// More than an escrow for 16 post-quantum recipients has.
const limit = 1024 * 1024

/**
 * Writes the keys of a site into one file, encrypted to age recipients. `confirm` is asked before another file of that
 * name is written over. An install notes its keys and their escrow as well, so that one of both is at work at a time.
 * @throws SealiftError KEY_INVALID, NOT_INSTALLED where there are no keys, KEYS_LOST, FOREIGN_INSTALL, FILE_FAILED,
 * DISK_FULL, SITE_BUSY, CLUSTER_*; what `confirm` throws
 */
export async function escrowKeys(
  request: EscrowRequest,
  host: SiteHost,
  talk: Talk,
  confirm: (path: string) => Promise<void>,
): Promise<Escrowed> {
  const { cluster, files, clock } = host
  const { site, output } = request
  const list = request.recipients
  const recipients = await requireRecipients(
    given(request, list === undefined ? [] : recipientsIn(await files.readText(list), list)),
  )
  const fingerprint = fingerprintOf(await keysOn(cluster, site))
  const { escrow: record } = await readKeysRecord(cluster)
  const there = await files.readBeside(output, limit)
  const told = { site: site.metadata.name, fingerprint, recipients: [...recipients], file: output }
  if (there !== undefined) {
    const same = isEscrowOf(record, fingerprint, recipients) && record?.file === fileMark(there)
    if (same && record) return { ...told, madeAt: record.madeAt, written: false }
    await confirm(output)
  }
  return await underLease({ ...host, about: { site: site.metadata.name } }, talk, async () => {
    // Whoever had the lease until now may have put others in their place.
    const keys = await keysOn(cluster, site)
    const madeAt = new Date(clock.now()).toISOString()
    const escrow = { site: site.metadata.name, madeAt, fingerprint: fingerprintOf(keys), keys }
    await writeEscrow({ cluster, files, escrow, recipients, path: output })
    return { ...told, fingerprint: escrow.fingerprint, madeAt, written: true }
  })
}

function given({ site, to }: EscrowRequest, listed: readonly Given[]): readonly Given[] {
  const named = [...to.map(text => ({ text, where: '--to' })), ...listed]
  if (named.length > 0 || !Array.isArray(site.escrow)) return named
  return site.escrow.map(text => ({ text, where: 'escrow in the site file' }))
}

async function keysOn(cluster: Cluster, site: Site): Promise<Keys> {
  const namespace = await requireOwnRecords(cluster, site.metadata.name)
  const keys = await storedKeys(cluster, namespace ?? systemNamespace)
  if (keys !== undefined) return keys
  throw new SealiftError('NOT_INSTALLED', 'there are no keys on this cluster', {
    hints: [
      'an install makes them: sealift install BUNDLE -c site.yaml',
      'if there were some: sealift keys restore FILE -c site.yaml -i IDENTITY puts them back from an escrow',
    ],
  })
}
