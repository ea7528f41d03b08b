import * as z from 'zod'
import { digestShape } from '../../kernel/oci/index.ts'

/** Who answers for a bundle: the fingerprint of the key that signed it, or nobody. */
export const voucher = z.union([digestShape, z.literal('unsigned')])
export type Voucher = z.infer<typeof voucher>
