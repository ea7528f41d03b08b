import { SealiftError } from '../../kernel/errors/index.ts'
import { type NodeFacts, type SiteFacts, siteFacts } from '../../kernel/facts/index.ts'
import {
  type ClusterFacts,
  type KubernetesObject,
  kinds,
  type RuntimeImage,
  type SiteHost,
  type Talk,
} from '../../kernel/ports/index.ts'
import { readReceipt } from '../install/index.ts'
import { type NodesHost, nodeImages } from '../load/index.ts'
import { imagesIn, imagesNamedBy, nodeFacts } from './nodes.ts'

/** Where facts are found. */
export type FactsHost = Pick<SiteHost, 'cluster' | 'clock'> & NodesHost & { readonly facts: ClusterFacts }

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
  const { through, ...installed } = await installedIn(cluster)
  const warn = (text: string) => reporter.warn(text)
  const { of, alone } = await nodeImages(host, through, (what, error) =>
    warn(`${what} are known by kubelet alone: ${error.message}`),
  )
  const own = (name: string) => of.get(name) ?? (all.length === 1 ? alone : undefined)
  const nodes: NodeFacts[] = []
  for (const node of all) nodes.push(await factsOf(node, own(node.metadata.name), host, warn))
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

async function factsOf(
  node: KubernetesObject,
  /** Those of its containerd, where that could be asked. */
  own: readonly RuntimeImage[] | undefined,
  { facts }: FactsHost,
  warn: (text: string) => void,
): Promise<NodeFacts> {
  const { name } = node.metadata
  const free = await ifAllowed(
    () => facts.free(name),
    error => warn(`how much of its disk node ${name} has free is not known: ${error.message}`),
  )
  return {
    ...nodeFacts(node),
    ...(free === undefined ? {} : { free }),
    images: own ? imagesIn(own) : imagesNamedBy(node),
    seenBy: own ? 'containerd' : 'kubelet',
  }
}

/** What is installed, and whether its images came through the cluster. */
async function installedIn(
  cluster: SiteHost['cluster'],
): Promise<Partial<Pick<SiteFacts, 'installed' | 'releases'>> & { readonly through: boolean }> {
  try {
    const { bundle: digest, at, lock, load } = await readReceipt(cluster)
    const releases = lock.charts.map(({ release, namespace, name: chart, version }) => ({
      ...{ release, namespace, chart, version },
    }))
    return { installed: { ...lock.metadata, digest, at }, releases, through: load === 'cluster' }
  } catch (error) {
    if (error instanceof SealiftError && ['NOT_INSTALLED', 'LOCK_INVALID'].includes(error.code))
      return { through: false }
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
