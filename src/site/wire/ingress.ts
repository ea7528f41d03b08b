import type { Site } from '../../kernel/inputs/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'

/** What is missing for an Ingress, and what to do about each. */
export interface IngressFault {
  readonly message: string
  readonly hint: string
}

const asDefault = 'ingressclass.kubernetes.io/is-default-class'

/**
 * What the site's Ingress lacks: its class, or one that is the cluster's default, and its certificate, a Secret of type
 * kubernetes.io/tls (kubernetes.io/docs/concepts/services-networking/ingress) in Infisical's namespace. Nothing where
 * the site has none. An Ingress that is there already says itself which class it has. Changes nothing.
 * @throws SealiftError CLUSTER_*
 */
export async function ingressFaults(
  cluster: Cluster,
  { ingress }: Pick<Site, 'ingress'>,
  namespace: string,
): Promise<IngressFault[]> {
  if (ingress === undefined) return []
  const { host, className, tlsSecret } = ingress
  const there = (await cluster.list(kinds.ingress, namespace)).find(object => hostsOf(object).includes(host))
  const [ofClass, ofSecret] = await Promise.all([
    classFault(cluster, classOf(there) ?? className),
    tlsSecret === undefined ? undefined : secretFault(cluster, tlsSecret, namespace),
  ])
  return [ofClass, ofSecret].filter(fault => fault !== undefined)
}

async function classFault(cluster: Cluster, name: string | undefined): Promise<IngressFault | undefined> {
  const classes = await cluster.list(kinds.ingressClass)
  const known = classes.map(({ metadata }) => metadata.name)
  const hint = `set ingress.className in the site file to one that is there: ${known.join(', ') || 'none is'}`
  if (name !== undefined)
    return known.includes(name) ? undefined : { message: `there is no IngressClass ${name}`, hint }
  if (classes.some(({ metadata }) => metadata.annotations?.[asDefault] === 'true')) return undefined
  return { message: 'no IngressClass is the default, and the site file names none', hint }
}

async function secretFault(
  cluster: Cluster,
  name: string,
  namespace: string,
): Promise<IngressFault | undefined> {
  const secret = await cluster.get(kinds.secret, name, namespace)
  const hint = `make it: kubectl -n ${namespace} create secret tls ${name} --cert=FILE --key=FILE`
  if (secret === undefined) return { message: `there is no Secret ${namespace}/${name}`, hint }
  const data = fieldsOf(secret['data'])
  const lacks = ['tls.crt', 'tls.key'].filter(key => !data[key])
  if (secret['type'] === 'kubernetes.io/tls' && lacks.length === 0) return undefined
  const what = lacks.length > 0 ? `has no ${lacks.join(' and no ')}` : `is of type ${textsIn(secret)['type']}`
  return { message: `Secret ${namespace}/${name} is no TLS Secret: it ${what}`, hint }
}

const hostsOf = ({ spec }: KubernetesObject) => mappingsOf(fieldsOf(spec)['rules']).map(({ host }) => host)
const classOf = (object: KubernetesObject | undefined) => {
  const { ingressClassName: name } = fieldsOf(object?.['spec'])
  return typeof name === 'string' && name !== '' ? name : undefined
}
