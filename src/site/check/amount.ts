import * as z from 'zod'

/** Memory in bytes, CPU in millicores. */
export const budgetAmount = z.strictObject({ memory: z.number(), cpu: z.number() })
export type Amount = z.infer<typeof budgetAmount>
