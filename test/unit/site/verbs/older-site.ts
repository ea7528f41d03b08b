/** A site as an older Sealift left it: no namespace is marked, no Secret has a copy, no image bears a note. */
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import { type Kind, type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { loadArchive } from '../../../../src/site/load/index.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { instanceIdentity } from '../wire/memory-infisical.ts'
import { bundles } from './memory-site.ts'
import type { MemoryWorld } from './memory-world.ts'

const managed = { 'app.kubernetes.io/managed-by': 'sealift' }
const environment = /^.*sealift\.dev\/environment.*\n/gm

/** Turns what an install of 1.0.0 has left into what the older version leaves, as far as it came. */
export async function asOlderSealift({ cluster, runtime, infisical }: MemoryWorld): Promise<void> {
  for (const name of ['demo', 'eso', 'sealift-system'])
    await cluster.apply({ ...kinds.namespace, metadata: { name, labels: managed } })
  await cluster.delete(kinds.secret, 'infisical-secrets', 'sealift-system')
  await cluster.delete(kinds.secret, 'infisical-admin', 'demo')
  await replace(cluster, kinds.secret, 'infisical-admin', 'sealift-system', object => object)
  await replace(cluster, kinds.configMap, 'sealift-receipt', 'sealift-system', object => {
    const { started: _, ...data } = object['data'] as Record<string, string>
    return { ...object, data }
  })
  await replace(cluster, kinds.secret, 'sh.helm.release.v1.demo.v1', 'demo', object => {
    const data = object['data'] as Record<string, string>
    return { ...object, data: { ...data, manifest: data['manifest']?.replace(environment, '') } }
  })
  await replace(cluster, kinds.deployment, 'infisical', 'demo', object => JSON.parse(withoutMark(object)))
  if (infisical.admin !== undefined) infisical.identities.push(instanceIdentity)
  await runtime.remove((await runtime.images()).map(({ name }) => name))
  const bundle = await openBundle(memorySource(bundles['1.0.0'].file))
  await runtime.import(loadArchive(bundle, bundle.images, 'linux/amd64'))
  for (const { name } of await runtime.images()) {
    await runtime.unpack(name)
    runtime.pinAsK3s(name)
  }
}

const withoutMark = (object: KubernetesObject) =>
  JSON.stringify(object, (key, value) => (key === 'sealift.dev/environment' ? undefined : value))

/** Makes an object anew, without its annotations but helm's. */
async function replace(
  cluster: MemoryCluster,
  kind: Kind,
  name: string,
  namespace: string,
  change: (object: KubernetesObject) => KubernetesObject,
): Promise<void> {
  const found = await cluster.get(kind, name, namespace)
  if (found === undefined) return
  await cluster.delete(kind, name, namespace)
  const { metadata, ...rest } = change(found)
  const { labels = {}, annotations = {} } = metadata
  const kept = Object.entries(annotations).filter(([key]) => !key.startsWith('sealift.dev/'))
  const anew = { name, namespace, labels, annotations: Object.fromEntries(kept) }
  const manager = labels['app.kubernetes.io/managed-by'] === 'sealift' ? 'sealift' : 'helm'
  await cluster.applyAs(manager, { ...rest, metadata: anew } as KubernetesObject)
}
