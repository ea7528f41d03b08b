import { createHash, scryptSync } from 'node:crypto'
import { canonicalJson } from '../../../kernel/oci/index.ts'
import type { Keys } from './pair.ts'

// 32 MiB of memory and about 0.1 s for each guess.
const cost = { N: 2 ** 15, r: 8, p: 1 } as const
const salt = 'sealift.dev/fingerprint-of-keys/v1'
/** The keys that were asked for last, by their hash, which nobody but this process sees: a run asks again and again. */
let last = { of: '', fingerprint: '' }

/**
 * What tells the keys of one site from those of another, for people to compare: `3f9a-04c1-77de-1b20`. It lies in the
 * cluster, in PostgreSQL and in messages, so it must not help to find a key. Keys that Sealift makes cannot be guessed
 * from whatever hash. Those that somebody brought along may be words, or the example of Infisical's own documentation:
 * so each guess is made slow (scrypt), has to guess both keys at once, and is confirmed by 64 bits only, which are
 * far too few to say anything of 384 random ones.
 */
export function fingerprintOf({ encryptionKey, authSecret }: Keys): string {
  const both = canonicalJson([encryptionKey.reveal(), authSecret.reveal()])
  const of = createHash('sha256').update(both).digest('hex')
  if (last.of === of) return last.fingerprint
  const hash = scryptSync(both, salt, 8, { ...cost, maxmem: 256 * cost.N * cost.r }).toString('hex')
  last = { of, fingerprint: hash.replace(/(.{4})(?=.)/g, '$1-') }
  return last.fingerprint
}
