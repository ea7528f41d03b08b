import { beforeEach, describe, expect, it } from 'vitest'
import { backend } from '../../../../src/adapters/cluster/service.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'

const at = { namespace: 'databases', service: 'pg', port: 5432 }
const metadata = { name: 'pg', namespace: 'databases' }

describe('what is behind a service', () => {
  let cluster: MemoryCluster
  const service = (spec: object) => cluster.apply({ apiVersion: 'v1', kind: 'Service', metadata, spec })
  const pod = (name: string, spec: object, status: object, more = {}) =>
    cluster.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'databases', labels: { app: 'pg' }, ...more },
      spec,
      status,
    })
  const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
  const waiting = { phase: 'Pending', conditions: [{ type: 'Ready', status: 'False' }] }

  beforeEach(async () => {
    cluster = memoryCluster()
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'databases' } })
  })

  it('is a ready pod, with the container port that the target port names', async () => {
    await service({ ports: [{ port: 5432, targetPort: 'postgresql' }], selector: { app: 'pg' } })
    const containers = [
      { ports: [{ containerPort: 80 }] },
      { ports: [{ name: 'postgresql', containerPort: 15432 }] },
    ]
    await pod('a', { containers }, waiting)
    await pod('b', { containers }, ready)
    expect(await backend(cluster, at)).toEqual({ pod: 'b', port: 15432 })
  })

  it('finds a named port of a sidecar, not of an init container that ends', async () => {
    await service({ ports: [{ port: 5432, targetPort: 'pg' }], selector: { app: 'pg' } })
    const ports = (containerPort: number) => [{ name: 'pg', containerPort }]
    const initContainers = [{ ports: ports(1) }, { ports: ports(2), restartPolicy: 'Always' }]
    await pod('a', { containers: [{}], initContainers }, ready)
    expect(await backend(cluster, at)).toEqual({ pod: 'a', port: 2 })
  })

  it('is the service’s own port number when no target port is given', async () => {
    await service({ ports: [{ port: 5432, protocol: 'UDP' }, { port: 5432 }], selector: { app: 'pg' } })
    await pod('a', { containers: [] }, ready)
    expect(await backend(cluster, at)).toEqual({ pod: 'a', port: 5432 })
  })

  it('is not a pod that is going away; its pods are named', async () => {
    await service({ ports: [{ port: 5432 }], selector: { app: 'pg' } })
    await pod('a', { containers: [] }, waiting)
    await pod('b', { containers: [] }, ready, { deletionTimestamp: 'now', finalizers: ['a/b'] })
    await expect(backend(cluster, at)).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
      hints: ['its pods: a (Pending), b (Running)'],
    })
  })

  it('is a name outside the cluster for an ExternalName service', async () => {
    await service({ type: 'ExternalName', externalName: 'pg.bank.example' })
    expect(await backend(cluster, at)).toEqual({ host: 'pg.bank.example', port: 5432 })
  })

  it('is a ready endpoint’s address, or its pod, when the service selects nothing', async () => {
    await service({ ports: [{ name: 'pg', port: 5432 }] })
    const labels = { 'kubernetes.io/service-name': 'pg' }
    const slice = (endpoint: object) =>
      cluster.apply({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...metadata, labels },
        ports: [
          { name: 'other', port: 1 },
          { name: 'pg', port: 6432 },
        ],
        endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }, endpoint],
      })
    await slice({ addresses: ['10.0.0.2'] })
    expect(await backend(cluster, at)).toEqual({ host: '10.0.0.2', port: 6432 })
    await slice({ addresses: ['10.0.0.2'], targetRef: { kind: 'Pod', name: 'pg-1' } })
    expect(await backend(cluster, at)).toEqual({ pod: 'pg-1', port: 6432 })
  })
})
