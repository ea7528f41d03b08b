import { Secret } from '../../../kernel/ports/index.ts'
import { type AskPassphrase, decrypt, encryptTo, isAgeFile } from './age.ts'
import { type Escrow, parseEscrow, printEscrow } from './document.ts'

/** An escrow as an armored age file that each of the recipients opens. */
export async function sealEscrow(escrow: Escrow, recipients: readonly string[]): Promise<string> {
  return encryptTo(recipients, printEscrow(escrow))
}

/**
 * The escrow in a file. What somebody has opened with age itself is taken as well: identities in hardware are age's.
 * @throws SealiftError KEY_INVALID when it is none, is damaged, or nothing opens it; what `ask` throws
 */
export async function openEscrow(
  bytes: Uint8Array,
  where: string,
  identities: readonly Secret[],
  ask: AskPassphrase,
): Promise<Escrow> {
  const text = isAgeFile(bytes)
    ? await decrypt(bytes, where, identities, ask)
    : new Secret(Buffer.from(bytes).toString('utf8'))
  return parseEscrow(text, where)
}
