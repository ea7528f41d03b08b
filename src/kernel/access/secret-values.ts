import { fieldsOf } from '../objects/index.ts'
import { type Cluster, type KubernetesObject, kinds, Secret } from '../ports/index.ts'

/** The values of a Secret as read from the cluster. */
export function secretData(object: KubernetesObject): Map<string, Secret> {
  const texts = Object.entries(fieldsOf(object['data'])).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value] as const] : [],
  )
  return new Map(
    texts.map(([key, value]) => [key, new Secret(Buffer.from(value, 'base64').toString('utf8'))]),
  )
}

/** The values of one Secret, with the object itself; `undefined` when it is not there. */
export async function readValues(
  cluster: Cluster,
  namespace: string,
  name: string,
): Promise<{ object: KubernetesObject; values: Map<string, Secret> } | undefined> {
  const object = await cluster.get(kinds.secret, name, namespace)
  return object && { object, values: secretData(object) }
}
