/** Keys, identities and an escrow of them, for tests. */
import { generateHybridIdentity, generateIdentity, identityToRecipient } from 'age-encryption'
import { Secret } from '../../../../../src/kernel/ports/index.ts'
import type { Escrow } from '../../../../../src/site/wire/escrow/index.ts'
import { fingerprintOf, makeKeys } from '../../../../../src/site/wire/keys/index.ts'
import { countingRandom } from '../memory.ts'

const keys = makeKeys(countingRandom())

/** An escrow of known keys. */
export const escrow: Escrow = {
  site: 'bank-prod',
  madeAt: '2026-11-29T00:00:00.000Z',
  fingerprint: fingerprintOf(keys),
  keys,
}

/** An age identity of chance, and its recipient. */
export async function newIdentity(hybrid = false) {
  const identity = await (hybrid ? generateHybridIdentity() : generateIdentity())
  return { identity: new Secret(identity), recipient: await identityToRecipient(identity) }
}

/** Somebody who is not to be asked for a passphrase. */
export const nobodyAsked = () => Promise.reject(new Error('a passphrase was asked for'))
