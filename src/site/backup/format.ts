import * as z from 'zod'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { siteName } from '../../kernel/fields/index.ts'

/** Bytes of a part of the dump, but the last, which may be smaller: as much of it as is held in memory. */
export const partSize = 8 * 1024 * 1024
/** Bytes of any other entry; helm's records and ESO's objects of a large site are a tenth. */
const mostEntry = 256 * 1024 * 1024

/** Entries of an archive by name; the dump lies in `database/000001` and on, between them and the sums. */
export const entries = {
  description: 'backup.json',
  keys: 'keys.json',
  sealift: 'kubernetes/sealift.json',
  helm: 'kubernetes/helm.json',
  externalSecrets: 'kubernetes/external-secrets.json',
  images: 'images.json',
  sums: 'SHA256SUMS',
} as const

/** Bytes that an entry other than a part may have: what is parsed takes many times as much memory. */
export function mostOf(name: string): number {
  if (name === entries.keys) return 1024 * 1024
  return name === entries.description ? 32 * 1024 * 1024 : mostEntry
}

/** Those before the dump, in this order. */
export const entriesBefore: readonly string[] = [
  entries.description,
  entries.keys,
  entries.sealift,
  entries.helm,
  entries.externalSecrets,
  entries.images,
]

/** Name of the nth part of the dump, from 1 on. */
export function partName(n: number): string {
  return `database/${String(n).padStart(6, '0')}`
}

/** What an archive says of itself, in its first entry. */
export const description = z.object({
  apiVersion: z.literal('sealift.dev/v1'),
  kind: z.literal('Backup'),
  site: siteName,
  /** ISO time at which the database was as it is in here. */
  at: z.iso.datetime(),
  sealift: z.string(),
  bundle: z.object({ name: z.string(), version: z.string(), digest: z.string() }),
  /** Of the keys in it. */
  fingerprint: z.string(),
  database: z.object({
    name: z.string(),
    user: z.string(),
    /** The server's version, and that of the pg_dump which wrote the dump: `15.18`. */
    version: z.string(),
    tool: z.string(),
    /** Rows of each table, `schema.table`, in the snapshot of the dump. */
    rows: z.record(z.string(), z.number().int().nonnegative()),
    /** Indexes that were not valid, and so are not in the dump. */
    invalidIndexes: z.array(z.string()),
  }),
})
export type Description = z.infer<typeof description>

/** Faults that are told. */
const shown = 12

/** Reads the first entry. @throws SealiftError BACKUP_INVALID */
export function parseDescription(bytes: Uint8Array, where: string): Description {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    value = undefined
  }
  const found = description.safeParse(value)
  if (found.success) return found.data
  throw new SealiftError('BACKUP_INVALID', `${where} is no backup that this Sealift knows`, {
    faults: found.error.issues
      .slice(0, shown)
      .map(({ path, message }) =>
        printable(`${entries.description}${path.length > 0 ? `: ${path.join('.')}` : ''}: ${message}`),
      ),
    hints: ['take the Sealift that has written it, or a newer one'],
  })
}
