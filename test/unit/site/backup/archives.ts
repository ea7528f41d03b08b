/** Archives of made-up sites, for tests. */
import type { Secret } from '../../../../src/kernel/ports/index.ts'
import { archive } from '../../../../src/site/backup/archive.ts'
import { type Description, entries } from '../../../../src/site/backup/format.ts'
import { type Bytes, encryptedTo, printEscrow } from '../../../../src/site/wire/index.ts'
import { escrow, newIdentity } from '../wire/escrow/escrows.ts'

export const about: Description = {
  ...{ apiVersion: 'sealift.dev/v1', kind: 'Backup', site: 'bank-prod', at: '2026-11-30T04:30:00.000Z' },
  ...{ sealift: '1.0.0', fingerprint: escrow.fingerprint },
  bundle: { name: 'sample', version: '1.0.0', digest: `sha256:${'0'.repeat(64)}` },
  database: {
    ...{ name: 'infisical', user: 'infisical', version: '15.18', tool: '15.18' },
    ...{ rows: { 'public.secrets': 3 }, invalidIndexes: [] },
  },
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value))

/** The entries before the dump. */
export const entriesOf = () => [
  { name: entries.description, bytes: json(about) },
  { name: entries.keys, bytes: Buffer.from(printEscrow(escrow).reveal()) },
  ...[entries.sealift, entries.helm, entries.externalSecrets].map(name => ({
    name,
    bytes: json({ items: [] }),
  })),
  { name: entries.images, bytes: json({ images: [] }) },
]

/** Bytes in pieces of a size. */
export async function* pieces(bytes: Uint8Array, size = 1000): Bytes {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** All bytes. */
export async function gathered(bytes: Bytes): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const some of bytes) all.push(Buffer.from(some))
  return Buffer.concat(all)
}

/** The tar of an archive with this dump. */
export const tarOf = (dump: Uint8Array) => gathered(archive(entriesOf(), pieces(dump, 70_000), 1_796_000_000))

/** A whole archive, encrypted to a new identity. */
export async function sealedArchive(dump: Uint8Array): Promise<{ bytes: Buffer; identity: Secret }> {
  const { identity, recipient } = await newIdentity()
  return { bytes: await gathered(await encryptedTo([recipient], pieces(await tarOf(dump)))), identity }
}
