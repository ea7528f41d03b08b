export { secretObject } from '../../kernel/owned/index.ts'
export { makePassword } from '../../kernel/services/index.ts'

import { secretData } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { SecretRef } from '../../kernel/fields/index.ts'
import { type Cluster, kinds, type Secret } from '../../kernel/ports/index.ts'

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
