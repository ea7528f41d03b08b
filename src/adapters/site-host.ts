import type { SiteHost } from '../kernel/ports/index.ts'
import { clock, random } from './clock.ts'
import { createCluster, createNodeCalls, createPodPrograms, kubeconfigFiles } from './cluster/index.ts'
import { createRuntime, detectRuntime } from './containerd/index.ts'
import { createDragonfly } from './dragonfly/index.ts'
import { nodeFiles } from './files/index.ts'
import { helmFrom } from './helm/from-program.ts'
import { imagesFolder } from './images-dir/index.ts'
import { createInfisical } from './infisical/index.ts'
import { createIssuers } from './issuers/index.ts'
import { siteNodes } from './nodes/index.ts'
import { thisOperator, thisPlatform } from './platform.ts'
import { createPostgres } from './postgres/index.ts'
import { createRegistryPush } from './registry/index.ts'
import { shipped } from './shipped.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Where a site's cluster and containerd are, as its site file says. */
export interface SiteLocation {
  readonly cluster: { readonly kubeconfig?: string | undefined; readonly context?: string | undefined }
  readonly containerd?: { readonly ctr: readonly string[]; readonly address?: string | undefined } | undefined
  readonly load?: { readonly dataDir?: string | undefined } | undefined
}

/** The site: cluster, containerd if this is a node, database, cache, Infisical. Nothing is connected yet; `onSilence` is told where the cluster takes its time. */
export async function siteHost(
  { cluster, containerd, load }: SiteLocation,
  environment: Environment,
  onSilence?: (message: string) => void,
): Promise<SiteHost> {
  const { context } = cluster
  const options = { ...cluster, environment, onSilence }
  const where = containerd && {
    ctr: containerd.ctr,
    ...(containerd.address ? { address: containerd.address } : {}),
  }
  const found = await detectRuntime({ environment, site: where })
  const runtime = found && createRuntime(found)
  const site = createCluster(options)
  const calls = createNodeCalls(options)
  return {
    files: nodeFiles(),
    cluster: site,
    runtime,
    nodes: () => siteNodes({ cluster: site, clock, calls, here: runtime, site: where }),
    imagesFolder: imagesFolder(load?.dataDir),
    registryPush: target => createRegistryPush(target, { clock, environment }),
    programs: createPodPrograms(options, site),
    database: createPostgres(),
    cache: createDragonfly(),
    infisical: (baseUrl, haste) => createInfisical({ baseUrl, clock, ...haste }),
    issuers: createIssuers(),
    async helmFrom(program) {
      const files = await kubeconfigFiles(options)
      return helmFrom(program, {
        ...(files.length > 0 ? { kubeconfig: files.join(':') } : {}),
        ...(context ? { context } : {}),
      })
    },
    clock,
    random,
    platform: thisPlatform(),
    operator: thisOperator(),
    manifests: name => shipped(`manifests/${name}.yaml`),
  }
}
