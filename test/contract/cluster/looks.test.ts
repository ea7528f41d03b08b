/** What a preflight asks of a cluster beside its objects: one suite for the memory looks and a real API server. */
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCluster, createLooks } from '../../../src/adapters/cluster/index.ts'
import { type ClusterLooks, kinds } from '../../../src/kernel/ports/index.ts'
import { nodeAhead } from '../../../src/site/preflight/index.ts'
import { type ApiServer, startApiServer } from '../../support/apiserver.ts'
import { selfSigned } from '../../support/certificate.ts'
import { memoryLooks } from '../../support/memory-looks.ts'

const access = { verb: 'create', group: 'apps', resource: 'deployments', namespace: 'default' }

function looksContract(admin: () => ClusterLooks, nobody: () => ClusterLooks) {
  it('an administrator may do everything, and nobody nothing', async () => {
    for (const one of [access, { verb: '*', group: '*', resource: '*' }]) {
      expect(await admin().may(one)).toBe(true)
      expect(await nobody().may(one)).toBe(false)
    }
    const forward = {
      verb: 'create',
      group: '',
      resource: 'pods/portforward',
      namespace: 'default',
      name: 'x',
    }
    expect(await admin().may(forward)).toBe(true)
    expect(await nobody().may(forward)).toBe(false)
  })

  it('a kubelet that is not there cannot be asked', async () => {
    await expect(admin().kubelet('nobody', 'stats/summary')).rejects.toMatchObject({ code: 'CLUSTER_FAILED' })
  })
}

describe('the memory looks', () => {
  const none = memoryLooks()
  none.denies = () => true
  looksContract(memoryLooks, () => none)
})

describe('a real API server', () => {
  let server: ApiServer
  let dir = ''
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sealift-looks-'))
    server = await startApiServer()
  })
  afterAll(async () => {
    await server?.stop()
    await rm(dir, { recursive: true, force: true })
  })
  const looks = (kubeconfig = server.kubeconfig) => createLooks({ kubeconfig, environment: {} })

  looksContract(looks, () => looks(server.nobody))

  async function changed(change: (config: string) => string): Promise<string> {
    const path = join(dir, 'changed.kubeconfig')
    await writeFile(path, change(await readFile(server.kubeconfig, 'utf8')))
    return path
  }

  it('a right is the subresource’s own, and of that name alone', async () => {
    const cluster = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
    const rbac = 'rbac.authorization.k8s.io/v1'
    const rules = [{ apiGroups: [''], resources: ['pods/log'], resourceNames: ['a'], verbs: ['get'] }]
    const metadata = { name: 'reader', namespace: 'default' }
    await cluster.apply({ apiVersion: rbac, kind: 'Role', metadata, rules })
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' }
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'nobody' }]
    await cluster.apply({ apiVersion: rbac, kind: 'RoleBinding', metadata, roleRef, subjects })
    const asked = { verb: 'get', group: '', resource: 'pods/log', namespace: 'default' }
    const may = (more: object) => looks(server.nobody).may({ ...asked, ...more })
    // The authorizer sees a new Role a moment later.
    await expect.poll(() => may({ name: 'a' })).toBe(true)
    expect(await may({ name: 'b' })).toBe(false)
    expect(await may({ name: 'a', resource: 'pods' })).toBe(false)
    expect(await may({ name: 'a', namespace: 'kube-system' })).toBe(false)
  })

  it('it shows its certificate and its time to whoever connects, whatever the certificate is worth', async () => {
    const other = Buffer.from(selfSigned('another').cert).toString('base64')
    const distrusting = await changed(text =>
      text.replace(/"certificate-authority-data":"[^"]*"/, `"certificate-authority-data":"${other}"`),
    )
    for (const kubeconfig of [server.kubeconfig, distrusting]) {
      const { certificate = '', time } = await looks(kubeconfig).presented()
      expect(Date.parse(new X509Certificate(certificate).validTo)).toBeGreaterThan(Date.now())
      expect(Math.abs((time?.server ?? 0) - (time?.here ?? 0))).toBeLessThan(30_000)
    }
  })

  it('one that is not there cannot be asked', async () => {
    const nowhere = await changed(text => text.replace(/https:\/\/127\.0\.0\.1:\d+/, 'https://127.0.0.1:9'))
    await expect(looks(nowhere).presented()).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' })
  })

  it('a kubeconfig’s client certificate is told, and nothing of a token', async () => {
    expect(await looks().clientCertificate()).toBeUndefined()
    const { cert, key } = selfSigned('admin')
    const data = (text: string) => Buffer.from(text).toString('base64')
    const user = `"user":{"client-certificate-data":"${data(cert)}","client-key-data":"${data(key)}"}`
    const kubeconfig = await changed(text => text.replace(/"user":\{"token":"[^"]*"\}/, user))
    expect(await looks(kubeconfig).clientCertificate()).toBe(cert)
  })

  it('when a Lease was renewed, by its holder and by the server, tells their clocks apart', async () => {
    const cluster = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
    const day = 86_400_000
    const renewTime = new Date(Date.now() + day).toISOString().replace('Z', '000Z')
    const metadata = { name: 'n1', namespace: 'default' }
    const lease = await cluster.apply({ ...kinds.lease, metadata, spec: { holderIdentity: 'n1', renewTime } })
    const ahead = nodeAhead(lease) ?? 0
    expect(Math.abs(ahead - day)).toBeLessThan(30_000)
  })
})
