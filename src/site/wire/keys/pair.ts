import type { Secret } from '../../../kernel/ports/index.ts'

/** The two keys that everything in the database depends on. */
export interface Keys {
  readonly encryptionKey: Secret
  readonly authSecret: Secret
}
