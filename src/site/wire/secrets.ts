export { secretObject } from '../../kernel/owned/index.ts'

import { secretData } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { SecretRef } from '../../kernel/inputs/index.ts'
import { type Cluster, kinds, type Random, Secret } from '../../kernel/ports/index.ts'

/**
 * A value that the site file points at; `field` names the place in the site file.
 * @throws SealiftError SITE_INVALID when the Secret or its key is not there
 */
export async function readSecret(cluster: Cluster, ref: SecretRef, field: string): Promise<Secret> {
  const object = await cluster.get(kinds.secret, ref.name, ref.namespace)
  const value = object && secretData(object).get(ref.key)
  if (value !== undefined) return value
  const where = `${ref.namespace}/${ref.name}`
  const what = object === undefined ? `there is no Secret ${where}` : `Secret ${where} has no key ${ref.key}`
  throw new SealiftError('SITE_INVALID', `${field}: ${what}`, {
    hints: [`Create it, or correct ${field} in the site file.`],
  })
}

// 16 letters of each case and 8 digits without look-alikes: one random byte gives one letter and one digit.
const letters = 'ABCDEFGHJKLMNPQRabcdefghijkmnpqr'
const digits = '23456789'

/**
 * A password of 128 random bits, 35 characters that need no quoting in a URI. Letters and digits alternate:
 * servers refuse passwords with the same character many times over, and want both cases.
 */
export function makePassword(random: Random): Secret {
  const body = Array.from(random.bytes(16), byte => `${letters[byte >> 3]}${digits[byte & 7]}`)
  return new Secret(`Sl-${body.join('')}`)
}
