import { isManaged, managed, secretData } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { SecretRef } from '../../kernel/inputs/index.ts'
import { fieldsOf } from '../../kernel/objects/index.ts'
import { type Cluster, type KubernetesObject, kinds, type Random, Secret } from '../../kernel/ports/index.ts'

/** A Kubernetes Secret of text values. The object holds them in clear: only for {@link Cluster.apply}. */
export function secretObject(
  namespace: string,
  name: string,
  values: Readonly<Record<string, string | Secret>>,
  annotations: Readonly<Record<string, string>> = {},
): KubernetesObject {
  const data = Object.entries(values).map(([key, value]) => [
    key,
    Buffer.from(typeof value === 'string' ? value : value.reveal(), 'utf8').toString('base64'),
  ])
  return {
    ...kinds.secret,
    metadata: { namespace, name, labels: managed, annotations },
    type: 'Opaque',
    data: Object.fromEntries(data),
  }
}

type Values<T> = Readonly<Record<string, T | undefined>>

/**
 * Applies a Secret of Sealift's where it is not there, or would differ; what is undefined shall not be in it. Keys
 * that somebody else added stay. Tells whether it wrote.
 * @throws SealiftError FOREIGN_INSTALL when one of its name is somebody else's, CLUSTER_*
 */
export async function storeSecret(
  cluster: Cluster,
  namespace: string,
  name: string,
  values: Values<string | Secret>,
  annotations: Values<string> = {},
): Promise<boolean> {
  const object = secretObject(namespace, name, defined(values), defined(annotations))
  const present = await cluster.get(kinds.secret, name, namespace)
  if (present !== undefined && !isManaged(present))
    throw new SealiftError(
      'FOREIGN_INSTALL',
      `Secret ${namespace}/${name} is there already, and Sealift did not make it`,
      { hints: ['Sealift would write over it: keep what is in it elsewhere, delete it, and run it again.'] },
    )
  const same = (at: (object: KubernetesObject) => unknown, keys: Values<unknown>) => {
    const [now, wanted] = [present, object].map(each => fieldsOf(each && at(each)))
    return Object.keys(keys).every(key => now?.[key] === wanted?.[key])
  }
  const stands =
    present !== undefined &&
    same(({ data }) => data, values) &&
    same(({ metadata }) => metadata.annotations, annotations)
  if (!stands) await cluster.apply(object)
  return !stands
}

function defined<T>(values: Values<T>): Record<string, T> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as Record<string, T>
}

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
