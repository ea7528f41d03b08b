import * as z from 'zod'
import type { Tenancy } from '../../../kernel/tenancy-file/index.ts'
import { storeDifference } from '../../stores/index.ts'
import { provenShape, unmetShape } from '../../tenancy/index.ts'

/** What was made and changed. */
export const storesApplied = z.strictObject({
  layout: z.enum(['store-per-environment', 'one-store']),
  changed: z.array(storeDifference),
  /** What the file wants, and cannot be had. */
  unmet: z.array(unmetShape),
  /** What is in the looking project and Sealift did not make: it was left alone. */
  foreign: z.array(unmetShape),
  /** Identities whose rights changed: what they must not do was tried, so many times. */
  proven: z.array(provenShape),
  /** Stores that External Secrets Operator did not call ready in time. */
  unready: z.array(unmetShape),
  /** What was made and has a flaw that no error tells of. */
  doubts: z.array(unmetShape),
})
export type StoresApplied = z.infer<typeof storesApplied>

/** What the verb is asked. */
export interface StoresApplyRequest {
  /** The site's name. */
  readonly site: string
  readonly tenancy: Tenancy
  /** Slugs of projects whose stores that the file does not have are deleted. */
  readonly prune: readonly string[]
}
