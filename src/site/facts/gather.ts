import { SealiftError } from '../../kernel/errors/index.ts'
import { type NodeFacts, type SiteFacts, siteFacts } from '../../kernel/facts/index.ts'
import {
  type ClusterFacts,
  type KubernetesObject,
  kinds,
  type SiteHost,
  type Talk,
} from '../../kernel/ports/index.ts'
import { readReceipt } from '../install/index.ts'
import { imagesIn, imagesNamedBy, nodeFacts } from './nodes.ts'

/** Where facts are found. */
export type FactsHost = Pick<SiteHost, 'cluster' | 'runtime' | 'clock'> & { readonly facts: ClusterFacts }

/**
 * Finds out what a site is like, and changes nothing. What the cluster does not let one see is left out, with a warning,
 * where facts are of use without it.
 * @throws SealiftError CLUSTER_*, LOAD_FAILED
 */
export async function gatherFacts(site: string, host: FactsHost, { reporter }: Talk): Promise<SiteFacts> {
  const { cluster, clock, facts } = host
  const { version } = await cluster.info()
  const apis = await facts.apis()
  const all = await cluster.list(kinds.node)
  if (all.length === 0)
    throw new SealiftError('CLUSTER_FAILED', 'the cluster has no node', {
      hints: ['is K3s up on it? kubectl get nodes'],
    })
  const nodes: NodeFacts[] = []
  for (const node of all) nodes.push(await factsOf(node, all.length === 1, host, text => reporter.warn(text)))
  const installed = await installedIn(cluster)
  const externalSecrets = await ifAllowed(async () =>
    (await cluster.serves(kinds.externalSecret))
      ? (await cluster.list(kinds.externalSecret)).length
      : undefined,
  )
  return siteFacts.parse({
    apiVersion: 'sealift.dev/v1',
    kind: 'Facts',
    madeAt: new Date(clock.now()).toISOString(),
    site,
    kubernetes: { version, apis },
    nodes: nodes.sort((a, b) => (a.name < b.name ? -1 : 1)),
    ...installed,
    ...(externalSecrets === undefined ? {} : { externalSecrets }),
  })
}

/** With one node it is the one whose containerd is at hand; which of several that is, nothing here says. */
async function factsOf(
  node: KubernetesObject,
  alone: boolean,
  { runtime, facts }: FactsHost,
  warn: (text: string) => void,
): Promise<NodeFacts> {
  const { name } = node.metadata
  const free = await ifAllowed(
    () => facts.free(name),
    error => warn(`how much of its disk node ${name} has free is not known: ${error.message}`),
  )
  const own = alone && runtime !== undefined
  return {
    ...nodeFacts(node),
    ...(free === undefined ? {} : { free }),
    images: own ? await imagesIn(runtime) : imagesNamedBy(node),
    seenBy: own ? 'containerd' : 'kubelet',
  }
}

async function installedIn(
  cluster: SiteHost['cluster'],
): Promise<Partial<Pick<SiteFacts, 'installed' | 'releases'>>> {
  try {
    const { bundle: digest, at, lock } = await readReceipt(cluster)
    const releases = lock.charts.map(({ release, namespace, name: chart, version }) => ({
      ...{ release, namespace, chart, version },
    }))
    return { installed: { ...lock.metadata, digest, at }, releases }
  } catch (error) {
    if (error instanceof SealiftError && ['NOT_INSTALLED', 'LOCK_INVALID'].includes(error.code)) return {}
    throw error
  }
}

/** Nothing where the cluster refuses it, or cannot say. */
async function ifAllowed<T>(
  look: () => Promise<T | undefined>,
  told: (error: SealiftError) => void = () => {},
): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code === 'CLUSTER_UNREACHABLE') throw error
    told(error)
    return undefined
  }
}
