import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Cluster } from '../../../kernel/ports/index.ts'
import { type KeysRecord, readKeysRecord } from './record.ts'

const restore = 'sealift keys restore FILE -c site.yaml -i IDENTITY_FILE'

/**
 * The end where keys are gone that a database needs: says which would fit, as far as that is known. `mark` is the
 * fingerprint that the database itself bears, which counts before the cluster's record.
 * @throws SealiftError CLUSTER_*
 */
export async function lostKeys(
  cluster: Pick<Cluster, 'get'>,
  message: string,
  mark?: string,
): Promise<SealiftError> {
  const record = await readKeysRecord(cluster)
  const fits = mark ?? fittingKeys(record)
  const known = fits === undefined ? '' : `; those that fit have the fingerprint ${fits}`
  return new SealiftError('KEYS_LOST', `${message}${known}`, { hints: hintsFor(fits, record) })
}

/** Fingerprint of the keys that the database needs, as the cluster knows it. */
export function fittingKeys({ fingerprint, escrow }: KeysRecord): string | undefined {
  return fingerprint ?? escrow?.fingerprint
}

function hintsFor(fits: string | undefined, { escrow }: KeysRecord): string[] {
  if (fits === undefined)
    return [
      `From an escrow of them: ${restore}. Nothing here says which fits.`,
      'Without one, put ENCRYPTION_KEY and AUTH_SECRET back from a backup of the Secret.',
    ]
  const fitting = escrow?.fingerprint === fits
  const made = fitting ? `, made ${escrow.madeAt} for ${escrow.recipients.join(', ')}` : ''
  return [
    `Put them back from the escrow of keys ${fits}${made}: ${restore}`,
    ...(escrow !== undefined && !fitting
      ? [
          `The escrow on record, made ${escrow.madeAt}, is of other keys (${escrow.fingerprint}) and does not fit.`,
        ]
      : []),
    'Without one, put ENCRYPTION_KEY and AUTH_SECRET back from a backup of the Secret.',
  ]
}
