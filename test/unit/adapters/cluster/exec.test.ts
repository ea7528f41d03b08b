/** What is taken of a program in a pod whose kubelet, or whoever answers for it, has no end of words. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createNodeCalls } from '../../../../src/adapters/cluster/index.ts'

let server: Server
let dir: string
let answer: (socket: Socket) => void
const sockets = new Set<Socket>()

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealift-exec-test-'))
  server = createServer((_, response) => response.writeHead(201).end('{"status":{"allowed":true}}'))
  server.on('upgrade', ({ headers }, socket: Socket) => {
    sockets.add(socket.on('error', () => {}))
    // RFC 6455, 1.3
    const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accept = createHash('sha1').update(key).digest('base64')
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
    const more = [`Sec-WebSocket-Accept: ${accept}`, 'Sec-WebSocket-Protocol: v5.channel.k8s.io']
    socket.write(`${[...lines, ...more].join('\r\n')}\r\n\r\n`)
    answer(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const config = {
    clusters: [
      {
        name: 'a',
        cluster: {
          server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          'insecure-skip-tls-verify': true,
        },
      },
    ],
    users: [{ name: 'a', user: { token: 'secret-token' } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    'current-context': 'a',
  }
  await writeFile(join(dir, 'kubeconfig'), JSON.stringify(config))
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  server.close()
  await rm(dir, { recursive: true, force: true })
})

const run = () =>
  createNodeCalls({ kubeconfig: join(dir, 'kubeconfig'), environment: {} }).execute(
    { namespace: 'n', pod: 'p', container: 'c', command: ['/ctr'] },
    {},
  )

/** A binary message on a channel. */
function message(channel: number, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(10)
  head.writeUInt16BE(0x827f)
  head.writeBigUInt64BE(BigInt(bytes.length + 1), 2)
  return Buffer.concat([head, Buffer.of(channel), bytes])
}

test('what it says, and how it ended', async () => {
  answer = socket => {
    socket.write(message(1, Buffer.from('sha256:a\n')))
    socket.write(message(3, Buffer.from(JSON.stringify({ status: 'Success' }))))
    socket.end(Buffer.of(0x88, 0))
  }
  expect(await run()).toEqual({ stdout: 'sha256:a\n', stderr: '', code: 0, cut: false })
})

test.each([1, 2])('is not waited for where it has no end, on channel %i', async channel => {
  let sent = 0
  answer = socket => {
    const part = message(channel, Buffer.alloc(1024 * 1024, 'a'))
    const on = () => {
      do sent += 1
      while (!socket.destroyed && socket.write(part))
    }
    socket.on('drain', on)
    on()
  }
  await expect(run()).rejects.toMatchObject({
    code: 'CLUSTER_FAILED',
    message: expect.stringContaining('it answers without end'),
  })
  expect(sent).toBeGreaterThan(60)
})
