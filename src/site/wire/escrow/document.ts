import * as z from 'zod'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { siteName } from '../../../kernel/fields/index.ts'
import { Secret } from '../../../kernel/ports/index.ts'
import { fingerprintOf, type Keys } from '../keys/index.ts'

/** What an escrow holds: the two keys, and what tells whose they are. */
export interface Escrow {
  readonly site: string
  /** ISO time. */
  readonly madeAt: string
  readonly fingerprint: string
  readonly keys: Keys
}

/** The keys are called as they are in the Secret, so that a person can put them back without Sealift. */
const shape = z.object({
  apiVersion: z.literal('sealift.dev/v1'),
  kind: z.literal('KeysEscrow'),
  site: siteName,
  madeAt: z.iso.datetime(),
  fingerprint: z.string(),
  ENCRYPTION_KEY: z.string().min(1),
  AUTH_SECRET: z.string().min(1),
})

/** An escrow as text: JSON, a field a line. It holds the keys in clear: only for an encrypter. */
export function printEscrow({ site, madeAt, fingerprint, keys }: Escrow): Secret {
  const document: z.infer<typeof shape> = {
    apiVersion: 'sealift.dev/v1',
    kind: 'KeysEscrow',
    ...{ site, madeAt, fingerprint },
    ENCRYPTION_KEY: keys.encryptionKey.reveal(),
    AUTH_SECRET: keys.authSecret.reveal(),
  }
  return new Secret(`${JSON.stringify(document, undefined, 2)}\n`)
}

/** Reads what {@link printEscrow} wrote; `where` names it. @throws SealiftError KEY_INVALID, without any of its text */
export function parseEscrow(text: Secret, where: string): Escrow {
  const found = shape.safeParse(jsonIn(text))
  if (!found.success)
    throw new SealiftError('KEY_INVALID', `${where} is no escrow of a site's keys`, {
      faults: found.error.issues.map(({ path }) =>
        path.length === 0 ? 'it is no JSON object' : `${path.join('.')} is missing, or not what it should be`,
      ),
    })
  const { site, madeAt, fingerprint, ENCRYPTION_KEY, AUTH_SECRET } = found.data
  const keys = { encryptionKey: new Secret(ENCRYPTION_KEY), authSecret: new Secret(AUTH_SECRET) }
  if (fingerprintOf(keys) !== fingerprint)
    throw new SealiftError('KEY_INVALID', `the keys in ${where} do not have the fingerprint that it names`, {
      hints: ['it was changed by hand: take another copy of the escrow'],
    })
  return { site, madeAt, fingerprint, keys }
}

function jsonIn(text: Secret): unknown {
  try {
    return JSON.parse(text.reveal())
  } catch {
    return undefined
  }
}
