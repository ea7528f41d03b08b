/**
 * As much of an API server and a kubelet as it takes to run programs in "pods", which are this machine: remotecommand over a
 * websocket (RFC 6455; k8s.io/apimachinery/pkg/util/remotecommand, v5.channel.k8s.io). What a client does not take waits.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A server that runs what it is asked to run. */
export interface ExecServer {
  readonly kubeconfig: string
  /** Bytes of stdout that it has taken off programs so far. */
  readonly taken: () => number
  /** Cuts every connection. */
  cut(): void
  stop(): Promise<void>
}

const [stdin, stdout, stderr, status, closing] = [0, 1, 2, 3, 255]

/** Starts it on loopback; every pod is this machine. */
export async function startExecServer(): Promise<ExecServer> {
  const dir = await mkdtemp(join(tmpdir(), 'sealift-exec-server-'))
  const sockets = new Set<Socket>()
  let taken = 0
  const server = createServer((_, response) => response.writeHead(201).end('{"status":{"allowed":true}}'))
  server.on('upgrade', ({ headers, url = '' }, socket: Socket) => {
    sockets.add(socket.on('error', () => {}))
    const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accept = createHash('sha1').update(key).digest('base64')
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
    const more = [`Sec-WebSocket-Accept: ${accept}`, 'Sec-WebSocket-Protocol: v5.channel.k8s.io']
    socket.write(`${[...lines, ...more].join('\r\n')}\r\n\r\n`)
    const command = new URL(url, 'http://x').searchParams.getAll('command')
    void runIn(socket, command, bytes => {
      taken += bytes
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const cluster = { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true }
  const config = {
    clusters: [{ name: 'a', cluster }],
    users: [{ name: 'a', user: { token: 'secret-token' } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    'current-context': 'a',
  }
  const kubeconfig = join(dir, 'kubeconfig')
  await writeFile(kubeconfig, JSON.stringify(config))
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    ...{ kubeconfig, taken: () => taken, cut },
    async stop() {
      cut()
      server.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function runIn(socket: Socket, [program = '', ...words]: readonly string[], took: (n: number) => void) {
  const send = async (channel: number, bytes: Uint8Array) => {
    if (socket.destroyed || socket.write(frame(channel, bytes))) return
    const waiting = new AbortController()
    const either = ['drain', 'close'].map(name => once(socket, name, waiting).catch(() => {}))
    await Promise.race(either)
    waiting.abort()
  }
  const end = async (message: object) => {
    await send(status, Buffer.from(JSON.stringify(message)))
    socket.end(Buffer.of(0x88, 0))
  }
  const child = spawn(program, words, { stdio: 'pipe' })
  socket.on('close', () => child.kill('SIGKILL'))
  child.stdin.on('error', () => {})
  const stop = reading(socket, (channel, bytes) => {
    if (channel === closing && bytes[0] === stdin) child.stdin.end()
    else if (channel === stdin && !child.stdin.write(bytes)) {
      socket.pause()
      child.stdin.once('drain', () => socket.resume())
    }
  })
  try {
    await once(child, 'spawn')
  } catch {
    return await end({ status: 'Failure', message: `exec: "${program}": executable file not found in $PATH` })
  }
  const each = async (stream: AsyncIterable<Buffer>, channel: number) => {
    for await (const bytes of stream) {
      if (channel === stdout) took(bytes.length)
      await send(channel, bytes)
    }
  }
  const closed = once(child, 'close')
  await Promise.all([each(child.stdout, stdout), each(child.stderr, stderr)])
  const [code] = await closed
  stop()
  const causes = [{ reason: 'ExitCode', message: String(code) }]
  await end(
    code === 0 ? { status: 'Success' } : { status: 'Failure', message: `exit ${code}`, details: { causes } },
  )
}

/** A binary message on a channel, as a server sends it. */
function frame(channel: number, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(10)
  head.writeUInt16BE(0x827f)
  head.writeBigUInt64BE(BigInt(bytes.length + 1), 2)
  return Buffer.concat([head, Buffer.of(channel), bytes])
}

/** Reads the masked messages of a client: the first byte of each is its channel. */
function reading(socket: Socket, receive: (channel: number, bytes: Buffer) => void): () => void {
  let held = Buffer.alloc(0)
  const take = (more: Buffer) => {
    held = Buffer.concat([held, more])
    for (;;) {
      const short = (held[1] ?? 0) & 0x7f
      const from = short === 126 ? 4 : short === 127 ? 10 : 2
      if (held.length < from + 4) return
      const size =
        short === 126 ? held.readUInt16BE(2) : short === 127 ? Number(held.readBigUInt64BE(2)) : short
      if (held.length < from + 4 + size) return
      const mask = held.subarray(from, from + 4)
      const bytes = Buffer.from(held.subarray(from + 4, from + 4 + size))
      for (let i = 0; i < size; i++) bytes[i] = (bytes[i] ?? 0) ^ (mask[i % 4] ?? 0)
      const isMessage = ((held[0] ?? 0) & 0x0f) === 2
      held = held.subarray(from + 4 + size)
      if (isMessage) receive(bytes[0] ?? 0, bytes.subarray(1))
    }
  }
  socket.on('data', take)
  return () => socket.off('data', take)
}
