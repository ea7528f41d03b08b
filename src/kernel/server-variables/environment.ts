import { infisicalName, isManaged, keysSecretName, secretData } from '../access/index.ts'
import { ownVariables } from '../inputs/index.ts'
import { canonicalJson, type Digest, digestOf } from '../oci/index.ts'
import { secretObject } from '../owned/index.ts'
import { type Cluster, type KubernetesObject, kinds, type Secret } from '../ports/index.ts'

/** Annotation of Infisical's pods that says which environment they have started with. */
export const environmentAnnotation = 'sealift.dev/environment'

/** Annotation of the Secret: names of the variables in it that site.yaml or a verb for teams asked for. */
const moreAnnotation = 'sealift.dev/variables'

/** Variables by their names. */
export type Variables = Readonly<Record<string, string | Secret>>

/** What is Sealift's in the Secret that the pod takes its environment from; what somebody else added is not. */
export interface OwnEnvironment {
  /** What every site has. */
  readonly wired: Variables
  /** What site.yaml and verbs for teams asked for. */
  readonly more: Variables
}

/** The Secret as Sealift applies it in a namespace. The object holds values in clear: only for {@link Cluster.apply}. */
export function environmentSecret(
  namespace: string,
  { wired, more }: OwnEnvironment,
  annotations: Readonly<Record<string, string>> = {},
): KubernetesObject {
  const names = Object.keys(more).sort().join(' ')
  const { [moreAnnotation]: _, ...others } = annotations
  return secretObject(
    namespace,
    keysSecretName,
    { ...wired, ...more },
    { ...others, ...(names === '' ? {} : { [moreAnnotation]: names }) },
  )
}

/** What is Sealift's in such a Secret; nothing in one that it did not make. */
export function environmentIn(secret: KubernetesObject | undefined): OwnEnvironment | undefined {
  if (secret === undefined || !isManaged(secret)) return undefined
  const names = new Set(secret.metadata.annotations?.[moreAnnotation]?.split(' '))
  const values = [...secretData(secret)]
  return {
    wired: Object.fromEntries(values.filter(([name]) => ownVariables.has(name))),
    more: Object.fromEntries(values.filter(([name]) => names.has(name) && !ownVariables.has(name))),
  }
}

/**
 * What tells two environments of Infisical's pod apart, for an annotation of the pod: one that has started with an older
 * one is started anew. A digest that nobody can guess back from, for a key of 128 random bits is in it.
 */
export async function environmentMark(
  cluster: Pick<Cluster, 'get'>,
  namespace: string,
): Promise<Digest | undefined> {
  const found = await cluster.get(kinds.secret, keysSecretName, namespace)
  return found && digestOf(canonicalJson(found['data'] ?? {}))
}

/** Whether Infisical's pods have started with what is in their Secret now. @throws SealiftError CLUSTER_* */
export async function haveStarted(cluster: Pick<Cluster, 'get'>, namespace: string): Promise<boolean> {
  const [mark, deployment] = await Promise.all([
    environmentMark(cluster, namespace),
    cluster.get(kinds.deployment, infisicalName, namespace),
  ])
  return deployment !== undefined && markOf(deployment) === mark
}

/** The mark of the environment that a Deployment's pods start with. */
export function markOf(deployment: KubernetesObject): string | undefined {
  const { template } = (deployment['spec'] ?? {}) as {
    template?: { metadata?: { annotations?: Readonly<Record<string, string>> } }
  }
  return template?.metadata?.annotations?.[environmentAnnotation]
}
