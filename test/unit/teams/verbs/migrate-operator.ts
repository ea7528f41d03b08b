import { fieldsOf, mappingsOf } from '../../../../src/kernel/objects/index.ts'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'

/** External Secrets Operator, as far as it brings Secrets in a namespace; what a store has, `bring` says. */
export const operatorIn =
  (namespace: string) =>
  (bring: (store: string, key: string, name: string) => string | undefined) =>
  async ({ kind, metadata, spec, status }: KubernetesObject, cluster: MemoryCluster) => {
    const { secretStoreRef, target, data } = fieldsOf(spec)
    const store = String(fieldsOf(secretStoreRef)['name'])
    if (kind !== 'ExternalSecret' || fieldsOf(status)['of'] === store) return
    const { name } = metadata
    const values = mappingsOf(data).map(({ secretKey, remoteRef }) => [
      String(secretKey),
      bring(store, String(fieldsOf(remoteRef)['key']), name),
    ])
    const whole = values.every(([, value]) => value !== undefined)
    const condition = { type: 'Ready', status: whole ? 'True' : 'False', reason: 'Said', message: 'by ESO' }
    if (whole)
      await cluster.applyAs('eso', {
        ...kinds.secret,
        metadata: {
          name: String(fieldsOf(target)['name']),
          namespace,
          labels: { 'reconcile.external-secrets.io/managed': 'true' },
        },
        data: Object.fromEntries(values.map(([key, value]) => [key, btoa(String(value))])),
      })
    await cluster.applyAs('eso', {
      ...{ ...kinds.externalSecret, metadata: { name, namespace, generation: 1 } },
      status: { of: store, syncedResourceVersion: '1-hash', conditions: [condition] },
    })
  }
