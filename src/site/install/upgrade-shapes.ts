import * as z from 'zod'
import { digestShape } from '../../kernel/oci/index.ts'

// Parts of the note of an upgrade. None holds a secret.

/** An archive as it was written: path on the machine that Sealift ran on, sha256 of the file in hex. */
export const takenArchive = z.object({
  path: z.string(),
  digest: z.string(),
  bytes: z.number(),
  /** Whether its restore was tried. */
  rehearsed: z.boolean(),
})

/** A database beside Infisical's that is kept, and until when (ISO). */
export const keptDatabase = z.object({ database: z.string(), until: z.iso.datetime() })
export type KeptDatabase = z.infer<typeof keptDatabase>

/** Reads of Infisical's API, ten times a second. */
export const readCount = z.object({
  answered: z.number().int(),
  failed: z.number().int(),
  /** The longest time between two answers, in milliseconds. */
  longestGap: z.number(),
})
export type ReadCount = z.infer<typeof readCount>

/** Kubernetes Secrets that ExternalSecrets have made, after against before. */
export const secretCount = z.object({
  compared: z.number().int(),
  /** Those of another content, or made anew. */
  changed: z.number().int(),
  /** Those that are not there any more. */
  lost: z.number().int(),
  /** Those that the account may not read. */
  untold: z.number().int(),
})
export type SecretCount = z.infer<typeof secretCount>

/** How a site is at one moment. What could not be looked at is absent. */
export const standing = z.object({
  images: z.array(z.object({ name: z.string(), digest: digestShape })),
  charts: z.array(z.object({ release: z.string(), chart: z.string(), version: z.string() })),
  /** Definitions of External Secrets Operator by name: the versions that they serve, the one that is stored first. */
  crds: z.record(z.string(), z.array(z.string())).exactOptional(),
  /** Migrations that the database has had, and the name of the last one. */
  migrations: z.object({ count: z.number().int(), last: z.string() }).exactOptional(),
  /** What the charts declare, in bytes and millicores. */
  declared: z.object({ memory: z.number(), cpu: z.number() }),
})
export type Standing = z.infer<typeof standing>
