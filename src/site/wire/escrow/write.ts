import type { Cluster, Files } from '../../../kernel/ports/index.ts'
import { type EscrowRecord, fileMark, noteEscrow } from '../keys/index.ts'
import type { Escrow } from './document.ts'
import { sealEscrow } from './escrow.ts'

/** What {@link writeEscrow} works with. */
export interface Writing {
  readonly cluster: Cluster
  readonly files: Pick<Files, 'write'>
  readonly escrow: Escrow
  readonly recipients: readonly string[]
  /** Where to; whatever lies there is written over. */
  readonly path: string
}

/**
 * Writes an escrow, whole or not at all and for its owner alone (0600), then notes in the cluster that there is one.
 * @throws SealiftError DISK_FULL, FILE_FAILED, CLUSTER_*
 */
export async function writeEscrow({
  cluster,
  files,
  escrow,
  recipients,
  path,
}: Writing): Promise<EscrowRecord> {
  const { fingerprint, madeAt } = escrow
  const text = await sealEscrow(escrow, recipients)
  await files.write(path, text, 0o600)
  const record = { fingerprint, recipients, madeAt, file: fileMark(text) }
  await noteEscrow(cluster, record)
  return record
}

/** Whether an escrow is of these keys and for these people, in whatever order. */
export function isEscrowOf(
  record: EscrowRecord | undefined,
  fingerprint: string,
  recipients: readonly string[],
): boolean {
  const sorted = (names: readonly string[] = []) => [...new Set(names)].sort().join('\n')
  return record?.fingerprint === fingerprint && sorted(record.recipients) === sorted(recipients)
}
