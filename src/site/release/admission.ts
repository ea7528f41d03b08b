import { SealiftError } from '../../kernel/errors/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import type { ReleaseName } from './own-objects.ts'

// With what follows it still a label of DNS, 63 characters.
const longestName = 55

interface Template {
  readonly metadata?: Partial<KubernetesObject['metadata']>
  readonly spec?: Readonly<Record<string, unknown>>
}

/**
 * What the API server says of the pods that objects would make, where it would not let them in: Pod Security, a quota, a
 * priority class that is not there. It is asked beforehand, by a dry run, for a controller whose pod is refused only
 * tries on in silence. The namespace must be there.
 * @throws SealiftError CLUSTER_UNREACHABLE
 */
export async function refusedPods(
  cluster: Pick<Cluster, 'get' | 'preview'>,
  objects: readonly KubernetesObject[],
  { namespace }: ReleaseName,
): Promise<string[]> {
  const refusals: string[] = []
  for (const object of objects) {
    const template = templateOf(object)
    if (template === undefined) continue
    const place = object.metadata.namespace ?? namespace
    const pod = await podOf(cluster, object, template, place)
    if (pod === undefined) continue
    try {
      await cluster.preview(pod, 'sealift', place)
    } catch (error) {
      if (!(error instanceof SealiftError) || error.code === 'CLUSTER_UNREACHABLE') throw error
      const said = error.code === 'CLUSTER_DENIED' ? error.hints.join('; ') : error.message
      refusals.push(`${object.kind} ${object.metadata.name}: its pod would be refused: ${said}`)
    }
  }
  return refusals
}

function templateOf({ kind, spec }: KubernetesObject): Template | undefined {
  if (!['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(kind)) return undefined
  return (spec as { readonly template?: Template } | undefined)?.template
}

/** A pod of a template; none where the account that it could be tried with is not there yet, or its name is taken. */
async function podOf(
  cluster: Pick<Cluster, 'get'>,
  object: KubernetesObject,
  { metadata = {}, spec = {} }: Template,
  namespace: string,
): Promise<KubernetesObject | undefined> {
  const there = async (account: unknown) =>
    typeof account === 'string' && (await cluster.get(kinds.serviceAccount, account, namespace)) !== undefined
  // The release's own account comes with it; every namespace has a default one.
  const own = spec['serviceAccountName']
  const account = (await there(own)) ? own : 'default'
  if (!(await there(account))) return undefined
  const name = `${object.metadata.name.slice(0, longestName).replace(/[.-]+$/, '')}-dry-run`
  // Of somebody's pod the server would only say that it cannot be changed.
  if ((await cluster.get(kinds.pod, name, namespace)) !== undefined) return undefined
  const { serviceAccount: _, ...rest } = spec
  const { labels = {}, annotations = {} } = metadata
  return {
    ...kinds.pod,
    metadata: { name, namespace, labels, annotations },
    spec: { ...rest, serviceAccountName: account },
  }
}
