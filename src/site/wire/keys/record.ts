import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { managed, systemNamespace } from '../../../kernel/access/index.ts'
import { fieldsOf, isMapping, textsIn } from '../../../kernel/objects/index.ts'
import { type Cluster, kinds } from '../../../kernel/ports/index.ts'

/** ConfigMap in `sealift-system` that says which keys are here, and which escrow there is. It holds no secret. */
export const keysRecordName = 'sealift-keys'

/** An escrow that was written. */
export interface EscrowRecord {
  /** Of the keys in it. */
  readonly fingerprint: string
  /** Age recipients, which are public. */
  readonly recipients: readonly string[]
  /** ISO time. */
  readonly madeAt: string
  /** sha256 of the file in hex, by which it is known again. */
  readonly file: string
}

/** What is on record of a site's keys. */
export interface KeysRecord {
  /** Fingerprint of the keys that were proven to open the database last. */
  readonly fingerprint?: string
  readonly escrow?: EscrowRecord
}

type Data = Readonly<Record<string, string>>

/** Reads the record; what is spoilt in it counts as not there. @throws SealiftError CLUSTER_* */
export async function readKeysRecord(cluster: Pick<Cluster, 'get'>): Promise<KeysRecord> {
  const data = (await recordData(cluster)) ?? {}
  const { keys: fingerprint, escrow, recipients, madeAt, file } = data
  const whole = escrow !== undefined && recipients !== undefined && madeAt !== undefined
  return {
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(whole
      ? { escrow: { fingerprint: escrow, recipients: recipients.split('\n'), madeAt, file: file ?? '' } }
      : {}),
  }
}

/** Notes the keys that open the database. Tells whether that was news. @throws SealiftError CLUSTER_* */
export async function noteKeys(cluster: Cluster, fingerprint: string): Promise<boolean> {
  return await note(cluster, { keys: fingerprint })
}

/** Notes an escrow, in the place of an older one. Tells whether that was news. @throws SealiftError CLUSTER_* */
export async function noteEscrow(cluster: Cluster, escrow: EscrowRecord): Promise<boolean> {
  const { fingerprint, recipients, madeAt, file } = escrow
  return await note(cluster, { escrow: fingerprint, recipients: recipients.join('\n'), madeAt, file })
}

/** By which the file of an escrow is known again. */
export function fileMark(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

async function recordData(cluster: Pick<Cluster, 'get'>): Promise<Data | undefined> {
  const { data } = fieldsOf(await cluster.get(kinds.configMap, keysRecordName, systemNamespace))
  return isMapping(data) ? textsIn(data) : undefined
}

async function note(cluster: Cluster, fields: Data): Promise<boolean> {
  const before = await recordData(cluster)
  const data = { ...before, ...fields }
  if (isDeepStrictEqual({ ...before }, { ...data })) return false
  const metadata = { name: keysRecordName, namespace: systemNamespace, labels: managed }
  await cluster.apply({ ...kinds.configMap, metadata, data })
  return true
}
