import { SealiftError } from '../../../kernel/errors/index.ts'
import type { LoadingWayName, Site } from '../../../kernel/inputs/index.ts'
import type { BundleSource, SiteHost } from '../../../kernel/ports/index.ts'
import { clusterWay } from './cluster.ts'
import { containerdWay } from './containerd.ts'
import { imagesDirWay } from './images-dir.ts'
import { registryWay } from './registry.ts'
import type { LoadingWay } from './way.ts'

/**
 * Makes a way of its name; `source` is the file that the bundle was opened from.
 * @throws SealiftError LOAD_FAILED where the way needs what is not here
 */
export function chooseWay(
  name: LoadingWayName,
  site: Pick<Site, 'load'>,
  host: Pick<SiteHost, 'runtime' | 'platform' | 'imagesFolder' | 'cluster' | 'nodes' | 'registryPush'>,
  source: BundleSource,
): LoadingWay {
  if (name === 'containerd') {
    if (host.runtime) return containerdWay(host.runtime, host.platform)
    throw new SealiftError('LOAD_FAILED', 'this machine has no containerd that Kubernetes uses', {
      hints: [
        'run sealift on the K3s node, or load through the cluster: --load cluster',
        'or say where it is: containerd.ctr and containerd.address in site.yaml',
      ],
    })
  }
  if (name === 'images-dir') return imagesDirWay({ ...host, source })
  if (name === 'cluster') return clusterWay(host.nodes)
  if (site.load?.registry) return registryWay(site.load.registry, host)
  throw new SealiftError('LOAD_FAILED', 'the site file names no registry to push images to', {
    hints: ['name it there: load: { registry: { host: registry.bank.example:5000 } }'],
  })
}
