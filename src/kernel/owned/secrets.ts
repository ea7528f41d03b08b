import { isManaged, managed } from '../access/index.ts'
import { SealiftError } from '../errors/index.ts'
import { fieldsOf } from '../objects/index.ts'
import { type Cluster, type KubernetesObject, kinds, type Secret } from '../ports/index.ts'

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
