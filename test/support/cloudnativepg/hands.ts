import { readFileSync } from 'node:fs'
import {
  ApiException,
  CustomObjectsApi,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node'
import type { Cluster, KubernetesObject } from '../../../src/kernel/ports/index.ts'
import type { MemoryCluster } from '../memory-cluster.ts'

/** How the operator writes into its objects, which Sealift's port cannot: in a name of its own, and into `status`. */
export interface Hands {
  readonly cluster: Cluster
  status(object: KubernetesObject, status: object): Promise<void>
  finalizers(object: KubernetesObject, finalizers: readonly string[]): Promise<void>
}

const bare = ({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject) => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace ? { namespace } : {}) },
})

/** In a cluster in memory. */
export function memoryHands(cluster: MemoryCluster): Hands {
  return {
    cluster,
    async status(object, status) {
      await cluster.applyAs('cnpg-status', { ...bare(object), status })
    },
    async finalizers(object, finalizers) {
      const { metadata, ...rest } = bare(object)
      await cluster.applyAs('cnpg', { ...rest, metadata: { ...metadata, finalizers } })
    },
  }
}

/** At a real API server, whose kubeconfig is given. */
export function realHands(cluster: Cluster, kubeconfig: string): Hands {
  const config = new KubeConfig()
  config.loadFromString(readFileSync(kubeconfig, 'utf8'))
  const api = config.makeApiClient(CustomObjectsApi)
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
  /** An object may be gone since it was looked at. */
  const unlessGone = (write: Promise<unknown>) =>
    write.catch((error: unknown) => {
      if (!(error instanceof ApiException) || error.code !== 404) throw error
    })
  const at = ({ apiVersion, kind, metadata }: KubernetesObject, body: object) => ({
    group: apiVersion.split('/')[0] ?? '',
    version: 'v1',
    namespace: metadata.namespace ?? 'default',
    plural: `${kind.toLowerCase()}s`,
    name: metadata.name,
    body,
  })
  return {
    cluster,
    async status(object, status) {
      await unlessGone(api.patchNamespacedCustomObjectStatus(at(object, { status }), merge))
    },
    async finalizers(object, finalizers) {
      await unlessGone(api.patchNamespacedCustomObject(at(object, { metadata: { finalizers } }), merge))
    },
  }
}
