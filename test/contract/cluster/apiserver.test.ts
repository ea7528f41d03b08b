import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCluster } from '../../../src/adapters/cluster/index.ts'
import { kinds } from '../../../src/kernel/ports/index.ts'
import { type ApiServer, startApiServer } from '../../support/apiserver.ts'
import { clusterContract } from './contract.ts'
import { deleteContract } from './delete-contract.ts'
import { scaleContract } from './scale.ts'
import { storedContract } from './stored-contract.ts'

describe('a real API server', () => {
  let server: ApiServer
  let dir = ''
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sealift-kubeconfig-'))
    server = await startApiServer()
  })
  afterAll(async () => {
    await server?.stop()
    await rm(dir, { recursive: true, force: true })
  })
  const admin = () => createCluster({ kubeconfig: server.kubeconfig, environment: {} })

  /** The administrator's kubeconfig with some of it replaced. */
  async function changed(change: (config: string) => string): Promise<string> {
    const path = join(dir, `${randomBytes(6).toString('hex')}.kubeconfig`)
    await writeFile(path, change(await readFile(server.kubeconfig, 'utf8')))
    return path
  }

  clusterContract(admin)

  deleteContract(admin)
  storedContract(admin)

  scaleContract(admin)

  // So what helm applies next, which says that number, is in conflict with nobody.
  it('takes the number of pods from whoever has said it, gives it to nobody, and no other field', async () => {
    const cluster = admin()
    const labels = { app: 'noted' }
    const container = { name: 'web', image: 'web:1' }
    const metadata = { name: 'noted', namespace: 'scaled' }
    const template = { metadata: { labels }, spec: { containers: [container] } }
    const spec = { replicas: 2, selector: { matchLabels: labels }, template }
    await cluster.apply({ ...kinds.deployment, metadata, spec })
    await cluster.scale('scaled', 'noted', 0)
    const found = await cluster.get(kinds.deployment, 'noted', 'scaled')
    const managers = found?.metadata['managedFields'] as { manager: string; fieldsV1: object }[]
    expect(managers).toHaveLength(1)
    expect(managers[0]).toMatchObject({ manager: 'sealift', fieldsV1: { 'f:spec': { 'f:template': {} } } })
    expect(managers[0]?.fieldsV1).not.toMatchObject({ 'f:spec': { 'f:replicas': {} } })
  })

  it('is found by KUBECONFIG, a given file first, and by context', async () => {
    const environment = { KUBECONFIG: server.kubeconfig }
    expect((await createCluster({ environment }).info()).version).toMatch(/^v1/)
    await expect(createCluster({ kubeconfig: '/nowhere', environment }).info()).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
    })
    expect((await createCluster({ environment, context: 'test' }).info()).version).toMatch(/^v1/)
    await expect(createCluster({ environment, context: 'other' }).info()).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      hints: ['contexts in it: test'],
    })
  })

  it('is the first of several kubeconfigs with the same names in them', async () => {
    const wrong = await changed(text => text.replace(/"token":"[^"]*"/, '"token":"wrong"'))
    const first = createCluster({ environment: { KUBECONFIG: `/none:${server.kubeconfig}:${wrong}` } })
    expect((await first.info()).version).toMatch(/^v1/)
    const second = createCluster({ environment: { KUBECONFIG: `${wrong}:${server.kubeconfig}` } })
    await expect(second.info()).rejects.toMatchObject({ code: 'CLUSTER_DENIED' })
  })

  it('says as whom it knows whoever asks, whatever he may do', async () => {
    const nobody = createCluster({ kubeconfig: server.nobody, environment: {} })
    expect([await admin().user(), await nobody.user()]).toEqual(['admin', 'nobody'])
  })

  it('says who may not do what', async () => {
    const nobody = createCluster({ kubeconfig: server.nobody, environment: {} })
    await expect(nobody.get({ apiVersion: 'v1', kind: 'Secret' }, 'a', 'databases')).rejects.toMatchObject({
      code: 'CLUSTER_DENIED',
      message: 'not allowed to get secrets "a" in namespace databases',
    })
    await expect(nobody.list({ apiVersion: 'v1', kind: 'Node' })).rejects.toMatchObject({
      code: 'CLUSTER_DENIED',
      message: 'not allowed to list nodes',
    })
  })

  it('denies a wrong token without showing it', async () => {
    const kubeconfig = await changed(text => text.replace(/"token":"[^"]*"/, '"token":"wrong-token-value"'))
    const error = await createCluster({ kubeconfig, environment: {} })
      .info()
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'CLUSTER_DENIED' })
    expect(JSON.stringify(error) + String(error)).not.toContain('wrong-token-value')
  })

  it('does not talk to a server that it has no reason to trust', async () => {
    const kubeconfig = await changed(text => text.replace(/,"certificate-authority-data":"[^"]*"/, ''))
    await expect(createCluster({ kubeconfig, environment: {} }).info()).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      message: expect.stringContaining('certificate is not trusted'),
    })
  })

  it('does not show the content of a Secret that the server refuses', async () => {
    const metadata = { name: 'refused', namespace: 'default' }
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { a: { b: 'hidden-value' } } }
    const error = await admin()
      .apply(secret)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'CLUSTER_FAILED' })
    expect(String(error)).toContain('cannot patch secrets default/refused')
    expect(String(error)).not.toContain('hidden-value')
  })

  it('lists more than one page', async () => {
    const cluster = admin()
    const labels = { test: 'pages' }
    const make = (i: number) =>
      cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `page-${i}`, labels } })
    for (let i = 0; i < 505; i += 5) await Promise.all(Array.from({ length: 5 }, (_, k) => make(i + k)))
    const found = await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' }, 'default', 'test=pages')
    expect(new Set(found.map(({ metadata }) => metadata.name)).size).toBe(505)
  })

  it('gives the address behind a service without a selector', async () => {
    const cluster = admin()
    const metadata = { name: 'outside', namespace: 'default' }
    const ports = [{ name: 'pg', port: 5432 }]
    await cluster.apply({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } })
    await expect(cluster.forwardService('default', 'outside', 5432)).rejects.toThrow('no ready endpoint')
    await cluster.apply({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'outside' } },
      addressType: 'IPv4',
      ports: [{ name: 'pg', port: 15432 }],
      endpoints: [{ addresses: ['10.1.2.3'] }],
    })
    expect(await cluster.forwardService('default', 'outside', 5432)).toMatchObject({
      host: '10.1.2.3',
      port: 15432,
    })
    await expect(cluster.forwardService('default', 'outside', 1)).rejects.toThrow('has no port 1')
    await expect(cluster.forwardService('default', 'none', 1)).rejects.toThrow(
      'there is no service default/none',
    )
  })

  it('says when no pod of a service is ready', async () => {
    const metadata = { name: 'empty', namespace: 'default' }
    const spec = { ports: [{ port: 80 }], selector: { app: 'none' } }
    await admin().apply({ apiVersion: 'v1', kind: 'Service', metadata, spec })
    await expect(admin().forwardService('default', 'empty', 80)).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
      hints: ['it has no pods at all'],
    })
  })

  it('says which kubeconfig is not valid, and nothing that is in it', async () => {
    const kubeconfig = join(dir, 'broken')
    await writeFile(kubeconfig, 'users: [{name: a, user: {token: token-in-file}]')
    const error = await createCluster({ kubeconfig, environment: {} })
      .info()
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'CLUSTER_UNREACHABLE' })
    expect(String(error)).toContain(kubeconfig)
    expect(String((error as Error).stack) + JSON.stringify(error)).not.toContain('token-in-file')
    await chmod(kubeconfig, 0o600)
  })
})
