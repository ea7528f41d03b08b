import { beforeEach, expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { printYaml } from '../../../../src/kernel/yaml/index.ts'
import { ownObjects, refuseForeignRecord } from '../../../../src/site/release/index.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'

const name = { release: 'app', namespace: 'apps' }
const role: KubernetesObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'app' },
}
const yaml = (...objects: readonly KubernetesObject[]) =>
  objects.map(one => `---\n${printYaml(one)}`).join('')
let cluster: MemoryCluster

beforeEach(async () => {
  cluster = memoryCluster()
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'apps' } })
  for (const own of ownObjects(yaml(role), name)) await cluster.applyAs('helm', own)
})

test('a record of what helm made, or of what is gone, is taken', async () => {
  const gone = { ...role, metadata: { name: 'gone' } }
  await refuseForeignRecord(cluster, yaml(role, gone), name)
})

test('one that names what is somebody else’s is refused, with all of it', async () => {
  const theirs = { ...role, metadata: { name: 'theirs' } }
  const map = { ...kinds.configMap, metadata: { name: 'map', namespace: 'default' } }
  for (const object of [theirs, map]) await cluster.create(object)
  await expect(refuseForeignRecord(cluster, yaml(role, theirs, map), name)).rejects.toMatchObject({
    code: 'FOREIGN_INSTALL',
    faults: ['ClusterRole theirs', 'ConfigMap map'],
  })
})

test('so is one that names another release’s', async () => {
  const other = { release: 'other', namespace: 'apps' }
  for (const own of ownObjects(yaml({ ...role, metadata: { name: 'others' } }), other))
    await cluster.applyAs('helm', own)
  await expect(
    refuseForeignRecord(cluster, yaml({ ...role, metadata: { name: 'others' } }), name),
  ).rejects.toMatchObject({ faults: ['ClusterRole others'] })
})
