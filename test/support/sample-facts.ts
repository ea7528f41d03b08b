import type { NodeFacts, SiteFacts } from '../../src/kernel/facts/index.ts'
import { digestOf } from '../../src/kernel/oci/index.ts'

/** A node with 4 GiB and two cores, and no image. */
export function sampleNode(more: Partial<NodeFacts> = {}): NodeFacts {
  return {
    name: 'node1',
    platform: 'linux/amd64',
    kubelet: 'v1.36.3+k3s1',
    runtime: 'containerd://2.3.2-k3s1',
    ready: true,
    allocatable: { memory: 4 * 2 ** 30, cpu: 2000 },
    free: 20_000_000_000,
    images: [
      { name: 'docker.io/library/busybox:1.37', digest: digestOf('busybox'), pinned: false, complete: true },
    ],
    seenBy: 'containerd',
    ...more,
  }
}

/** Facts of a site with one node. */
export function sampleFacts(more: Partial<SiteFacts> = {}): SiteFacts {
  return {
    apiVersion: 'sealift.dev/v1',
    kind: 'Facts',
    madeAt: '2026-11-30T02:00:00.000Z',
    site: 'bank-prod',
    kubernetes: { version: 'v1.36.3+k3s1', apis: ['apps/v1', 'apps/v1/Deployment', 'v1', 'v1/Pod'] },
    nodes: [sampleNode()],
    installed: {
      name: 'sample',
      version: '1.0.0',
      digest: digestOf('bundle'),
      at: '2026-11-29T00:00:00.000Z',
    },
    releases: [{ release: 'demo', namespace: 'demo', chart: 'demo', version: '1.2.3' }],
    externalSecrets: 3,
    ...more,
  }
}
