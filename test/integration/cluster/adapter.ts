/** What of the cluster adapter needs a kubelet: usage, logs, and forwarded ports. Run by disconnected.test.ts, on its cluster. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCluster } from '../../../src/adapters/cluster/index.ts'
import { createRuntime } from '../../../src/adapters/containerd/index.ts'
import type { Cluster, Forward } from '../../../src/kernel/ports/index.ts'
import type { TestCluster } from '../../support/cluster/index.ts'
import { tinyLayout } from '../../support/layout.ts'

const keeping = 'GET /health HTTP/1.1\r\nHost: coredns\r\n\r\n'
const closing = 'GET /health HTTP/1.1\r\nHost: coredns\r\nConnection: close\r\n\r\n'
/** A service of ours to CoreDNS's own web server. */
const http = { port: 80, targetPort: 8080 }

/** Sends bytes on a connection of its own, reads until the other side ends. */
async function exchange({ host, port }: Forward, request: string): Promise<string> {
  const socket = connect(port, host)
  await once(socket, 'connect')
  socket.write(request)
  return text(socket)
}

/** Declares the tests; `started` gives the cluster once it runs. */
export function adapterTests(started: () => TestCluster): void {
  let test: TestCluster
  let cluster: Cluster
  const forwards: Forward[] = []
  const forward = async (service = 'dns-http', port = 80) => {
    const made = await cluster.forwardService('kube-system', service, port)
    forwards.push(made)
    return made
  }
  const expose = (name: string, port: object) =>
    cluster.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'kube-system' },
      spec: { ports: [port], selector: { 'k8s-app': 'kube-dns' } },
    })

  beforeAll(async () => {
    test = started()
    cluster = createCluster({ kubeconfig: test.kubeconfig, environment: {} })
    await expose('dns-http', http)
  })
  afterAll(async () => {
    await Promise.all(forwards.map(each => each.close()))
  })

  async function dnsPod(): Promise<string> {
    const pods = await cluster.list({ apiVersion: 'v1', kind: 'Pod' }, 'kube-system', 'k8s-app=kube-dns')
    return pods[0]?.metadata.name ?? ''
  }

  it('reads what containers use', async () => {
    const own = { namespace: 'kube-system', container: 'coredns' }
    const measured = expect.poll(() => cluster.usage(), { timeout: 60_000, interval: 1000 })
    await measured.toContainEqual(expect.objectContaining(own))
    const rows = (await cluster.usage()).filter(({ container }) => container === 'coredns')
    expect(rows).toHaveLength(1)
    expect(rows[0]?.memory).toBeGreaterThan(1_000_000)
    expect(rows[0]?.memory).toBeLessThan(500_000_000)
    expect(rows[0]?.cpu).toBeLessThan(4000)
  })

  it('reads the peak of what containers use, by the mark of their cgroups', async () => {
    // cAdvisor looks every ten seconds or so.
    const peak = async () => (await cluster.peaks()).find(({ container }) => container === 'coredns')?.memory
    await expect.poll(peak, { timeout: 60_000, interval: 1000 }).toBeGreaterThan(1_000_000)
    expect(await peak()).toBeLessThan(500_000_000)
  })

  it('reads the last lines of a log', async () => {
    const pod = await dnsPod()
    const whole = await cluster.logs('kube-system', pod, 'coredns', 1000, 'present')
    expect(whole).toContain('CoreDNS')
    const last = await cluster.logs('kube-system', pod, 'coredns', 1, 'present')
    expect(last.trimEnd().split('\n')).toHaveLength(1)
    expect(await cluster.logs('kube-system', pod, 'coredns', 1, 'previous')).toBe('')
    await expect(cluster.logs('kube-system', pod, 'none', 1, 'present')).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
    })
    await expect(cluster.logs('kube-system', 'none', 'none', 1, 'present')).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
    })
  })

  it('reads a log with times, from one on and up to a size', async () => {
    const place = { namespace: 'kube-system', pod: await dnsPod(), container: 'coredns' }
    const whole = await cluster.timedLog(place, 'present', 1_000_000)
    const lines = whole.trimEnd().split('\n')
    expect(lines.every(line => /^\d{4}-\d\d-\d\dT[\d:.]+Z /.test(line))).toBe(true)
    expect(lines.some(line => line.includes('CoreDNS'))).toBe(true)
    expect(await cluster.timedLog(place, 'present', 20)).toBe(whole.slice(0, 20))
    const later = new Date(Date.now() + 3_600_000)
    expect(await cluster.timedLog(place, 'present', 1000, later)).toBe('')
    expect(await cluster.timedLog(place, 'previous', 1000)).toBe('')
    await expect(cluster.timedLog({ ...place, container: 'none' }, 'present', 1)).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
    })
  })

  it('forwards a port to a ready pod', async () => {
    const answer = await exchange(await forward(), closing)
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(answer).toContain('OK')
  })

  it('forwards many connections at once, each its own', async () => {
    const to = await forward()
    const ask = async () => {
      const path = `/none-${randomBytes(4).toString('hex')}`
      const answer = await exchange(to, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
      return answer.startsWith('HTTP/1.1 404')
    }
    expect(await Promise.all(Array.from({ length: 50 }, ask))).toEqual(Array(50).fill(true))
  })

  it('carries much both ways on one connection, to a client that reads late', async () => {
    const { host, port } = await forward()
    const socket = connect(port, host)
    await once(socket, 'connect')
    const rounds = 100_000
    socket.pause()
    socket.write(keeping.repeat(rounds - 1) + closing)
    const answer = await text(socket)
    expect(answer.split('HTTP/1.1 200 OK')).toHaveLength(rounds + 1)
    expect(answer.length).toBeGreaterThan(10_000_000)
  })

  it('still brings the answer to a client that has ended its side', async () => {
    const { host, port } = await forward()
    const socket = connect({ port, host, allowHalfOpen: true })
    socket.end(keeping)
    expect(await text(socket)).toContain('OK')
  })

  it('closes a connection to a port where the pod does not listen, and lives on', async () => {
    await expose('nothing-listens', { port: 80, targetPort: 4 })
    const to = await forward('nothing-listens')
    const outcome = await exchange(to, 'hello').catch((error: NodeJS.ErrnoException) => error.code)
    expect(['', 'ECONNRESET']).toContain(outcome)
    expect(await exchange(await forward(), closing)).toContain('OK')
  })

  it('finds the next pod when the first is gone', async () => {
    const to = await forward()
    expect(await exchange(to, closing)).toContain('200 OK')
    const held = connect(to.port, to.host)
    await once(held, 'connect')
    held.write(keeping)
    await once(held, 'data')
    const closed = once(held, 'close')
    const before = await dnsPod()
    await cluster.delete({ apiVersion: 'v1', kind: 'Pod' }, before, 'kube-system')
    await expect
      .poll(() => exchange(to, closing).catch(String), { timeout: 60_000, interval: 500 })
      .toContain('200 OK')
    expect(await dnsPod()).not.toBe(before)
    await closed
  })

  it('says that port-forward is not allowed before anybody connects', async () => {
    const config = JSON.parse(await readFile(test.kubeconfig, 'utf8'))
    config.users[0].user.as = 'reader'
    const kubeconfig = join(test.dir, 'reader.kubeconfig')
    await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 })
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' }
    const metadata = { name: 'reader', namespace: 'kube-system' }
    const rules = [{ apiGroups: [''], resources: ['pods', 'services'], verbs: ['get', 'list'] }]
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' }
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'reader' }]
    await cluster.apply({ ...rbac, kind: 'Role', metadata, rules })
    await cluster.apply({ ...rbac, kind: 'RoleBinding', metadata, roleRef, subjects })
    const reader = createCluster({ kubeconfig, environment: {} })
    await expect(reader.forwardService('kube-system', 'dns-http', 80)).rejects.toMatchObject({
      code: 'CLUSTER_DENIED',
      message: 'not allowed to get pods/portforward in namespace kube-system',
    })
  })

  it('ends its connections when it is closed', async () => {
    const to = await cluster.forwardService('kube-system', 'dns-http', 80)
    const socket = connect(to.port, to.host)
    await once(socket, 'connect')
    const ended = once(socket, 'close')
    socket.on('error', () => {})
    socket.resume()
    await to.close()
    await ended
    await expect(exchange(to, closing)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('takes the TCP one of two ports with the same number', async () => {
    const { host, port } = await forward('kube-dns', 53)
    // DNS over TCP: two bytes of length, then the question `kubernetes.default.svc.cluster.local A`.
    const labels = 'kubernetes.default.svc.cluster.local'.split('.')
    const name = Buffer.concat([
      ...labels.flatMap(label => [Buffer.of(label.length), Buffer.from(label)]),
      Buffer.of(0),
    ])
    const question = Buffer.concat([
      Buffer.from('123401000001000000000000', 'hex'),
      name,
      Buffer.from('00010001', 'hex'),
    ])
    const socket = connect(port, host)
    socket.write(Buffer.concat([Buffer.of(0, question.length), question]))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(answer.includes(Buffer.of(10, 43, 0, 1))).toBe(true)
  })

  it('imports an image that kubelet then knows', async () => {
    const name = 'docker.io/sealift-test/known-to-kubelet:1'
    const runtime = createRuntime(test.containerd)
    const { tar } = await tinyLayout([{ name, file: 'x' }])
    await runtime.import(ReadableStream.from([tar]))
    await runtime.pin(name)
    const images = async () => {
      const [node] = await cluster.list({ apiVersion: 'v1', kind: 'Node' })
      return JSON.stringify(node?.['status'])
    }
    await expect.poll(images, { timeout: 90_000, interval: 1000 }).toContain(name)
  })
}
