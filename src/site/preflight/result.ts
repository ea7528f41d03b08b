import * as z from 'zod'
import { digestShape } from '../../kernel/oci/index.ts'
import { preflightCheck } from './found.ts'

/** What was seen before an install. */
export const preflightResult = z.strictObject({
  site: z.string(),
  bundle: z.strictObject({
    path: z.string(),
    /** Missing where the file could not be read as a bundle. */
    digest: digestShape.exactOptional(),
    version: z.string().exactOptional(),
  }),
  /** ISO time, and who looked, from where. */
  at: z.iso.datetime(),
  by: z.string(),
  /** Whether nothing that was looked at stands in the way. */
  ok: z.boolean(),
  counts: z.strictObject({
    ok: z.number(),
    warning: z.number(),
    fault: z.number(),
    'not-looked-at': z.number(),
  }),
  checks: z.array(preflightCheck),
})
export type PreflightResult = z.infer<typeof preflightResult>
