/** How the API client takes a server that misbehaves: a small real HTTP server that answers as the test says. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCluster } from '../../../../src/adapters/cluster/index.ts'
import { isRefusal } from '../../../../src/kernel/errors/index.ts'
import { selfSigned } from '../../../support/certificate.ts'

const configMap = { apiVersion: 'v1', kind: 'ConfigMap' }
const resources = { resources: [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true }] }

describe('calls of the Kubernetes API', () => {
  let server: Server
  let dir = ''
  let seen: string[] = []
  let answers: ((request: IncomingMessage, response: ServerResponse) => void)[] = []

  const json =
    (status: number, body: object, headers = {}) =>
    (_: IncomingMessage, response: ServerResponse) => {
      response.writeHead(status, headers).end(JSON.stringify(body))
    }
  const reset = (request: IncomingMessage) => request.socket.resetAndDestroy()
  const open = () => createCluster({ kubeconfig: join(dir, 'kubeconfig'), environment: {} })

  async function kubeconfig(address: string, skipping: object = { 'insecure-skip-tls-verify': true }) {
    const config = {
      clusters: [{ name: 'a', cluster: { server: address, ...skipping } }],
      users: [{ name: 'a', user: { token: 'secret-token' } }],
      contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
      'current-context': 'a',
    }
    await writeFile(join(dir, 'kubeconfig'), JSON.stringify(config))
  }

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sealift-api-test-'))
    seen = []
    answers = []
    server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`)
      const answer = request.url === '/api/v1' ? json(200, resources) : answers.shift()
      if (answer) answer(request, response)
      else response.writeHead(500).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    await kubeconfig(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
  })
  afterEach(async () => {
    server.closeAllConnections()
    server.close()
    await rm(dir, { recursive: true, force: true })
  })

  it('does not send a token to a server that is not encrypted, unless it is said to be meant', async () => {
    await kubeconfig('http://127.0.0.1:1', {})
    await expect(open().list(configMap)).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      message: `the kubeconfig's server is http://127.0.0.1:1, which is not encrypted: ${join(dir, 'kubeconfig')}`,
    })
    expect(seen).toEqual([])
  })

  it.each([
    ['a policy or a field', 422, { kind: 'Status', reason: 'Invalid' }, true],
    ['a webhook that gives no code of its own', 400, { kind: 'Status', message: 'denied' }, true],
    ['a webhook that knows no dry run', 400, { kind: 'Status', reason: 'BadRequest' }, false],
    ['a webhook that is down', 500, { kind: 'Status', reason: 'InternalError' }, false],
    ['somebody who is no API server', 400, { error: 'what?' }, false],
  ])('are refused as they are, or not: %s', async (_, status, body, expected) => {
    answers = [json(status, body)]
    const error = await open()
      .preview({ ...configMap, metadata: { name: 'a' } }, 'sealift')
      .catch(thrown => thrown)
    expect(error).toMatchObject({ code: 'CLUSTER_FAILED' })
    expect(isRefusal(error)).toBe(expected)
  })

  it('go sixteen at once at most, however many are asked for, and all are answered', async () => {
    let [running, most] = [0, 0]
    const full = Promise.withResolvers<void>()
    answers = Array.from({ length: 200 }, () => async (_, response) => {
      running += 1
      most = Math.max(most, running)
      if (most === 16) full.resolve()
      await full.promise
      await new Promise(resolve => setTimeout(resolve, 1))
      running -= 1
      response.writeHead(404).end('{}')
    })
    const cluster = open()
    const all = Array.from({ length: 200 }, (_, i) => cluster.get(configMap, `c-${i}`))
    expect(new Set(await Promise.all(all))).toEqual(new Set([undefined]))
    expect(most).toBe(16)
    answers = [json(200, { metadata: { name: 'a' } })]
    expect(await cluster.get(configMap, 'a')).toBeDefined()
  })

  it('go over one connection one after the other; what must not be sent twice has its own', async () => {
    const { cert, key } = selfSigned('server')
    const connections = new Set<number | undefined>()
    const ports: Record<string, (number | undefined)[]> = {}
    const secure = createSecureServer({ cert, key }, (request, response) => {
      const { remotePort } = request.socket
      connections.add(remotePort)
      ports[request.method ?? ''] = [...(ports[request.method ?? ''] ?? []), remotePort]
      json(200, request.url === '/api/v1' ? resources : { metadata: { name: 'a' } })(request, response)
    }).listen(0, '127.0.0.1')
    await once(secure, 'listening')
    const address = secure.address()
    await kubeconfig(`https://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
    const cluster = open()
    for (let i = 0; i < 5; i++) await cluster.get(configMap, 'a', 'default')
    expect(connections.size).toBe(1)
    await cluster.create({ ...configMap, metadata: { name: 'a', namespace: 'default' } })
    await cluster.get(configMap, 'a', 'default')
    expect(connections.size).toBe(2)
    expect(ports['GET']).not.toContain(ports['POST']?.[0])
    secure.closeAllConnections()
    secure.close()
  })

  it('come again after 429 and after a reset connection', async () => {
    answers = [json(429, {}), reset, json(200, { metadata: { name: 'a' } })]
    expect(await open().get(configMap, 'a')).toEqual({ metadata: { name: 'a' } })
    expect(seen.filter(call => call.endsWith('/configmaps/a'))).toHaveLength(3)
  })

  it('do not come again when a create may have been done', async () => {
    answers = [reset]
    const object = { ...configMap, metadata: { name: 'a' } }
    await expect(open().create(object)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' })
    expect(seen.filter(call => call.startsWith('POST'))).toHaveLength(1)
  })

  it('end at some time', async () => {
    answers = Array(10).fill(json(503, { message: 'not ready' }))
    await expect(open().get(configMap, 'a')).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
      message: 'cannot get configmaps default/a: not ready',
    })
    expect(seen.filter(call => call.endsWith('/configmaps/a'))).toHaveLength(6)
  })

  it('end where pages have no end', async () => {
    const items = Array.from({ length: 50_000 }, () => ({ metadata: {} }))
    answers = Array(10).fill(json(200, { items, metadata: { continue: 'more' } }))
    await expect(open().list(configMap)).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
      message: 'the cluster has more than 200000 ConfigMaps',
    })
  })

  it('end where an answer has no end', async () => {
    answers = [
      (_, response) => {
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(1 << 20, ' '))) {}
        }
        response.on('drain', more)
        more()
      },
    ]
    await expect(open().list(configMap)).rejects.toThrow('it answers without end')
  })

  it('show what the server says as text without control characters', async () => {
    answers = [json(400, { message: 'no\u001b[2J' })]
    await expect(open().get(configMap, 'a')).rejects.toThrow('cannot get configmaps default/a: no\\u{1b}[2J')
  })

  it('encode names, so that none leads elsewhere', async () => {
    answers = [json(404, {})]
    await open().get(configMap, '../secrets/x', 'a/b')
    expect(seen.at(-1)).toBe('GET /api/v1/namespaces/a%2Fb/configmaps/..%2Fsecrets%2Fx')
  })

  it('say that nothing listens, with the address and without the token', async () => {
    await kubeconfig('https://user:password@127.0.0.1:1/prefix')
    const error = await open()
      .info()
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      message: 'cannot reach the cluster at https://127.0.0.1:1/prefix: nothing listens there',
    })
    expect(JSON.stringify(error)).not.toMatch(/secret-token|password/)
  })

  it('say which kubeconfigs were looked for', async () => {
    const cluster = createCluster({ environment: { KUBECONFIG: '/none/a:/none/b' } })
    await expect(cluster.info()).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      message: 'no kubeconfig found: tried /none/a (not there), /none/b (not there)',
    })
  })
})
