/** Servers and proxies that are silent, slow, or answer what is no answer: each ends in an error, and leaves nothing. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { bothWays, type Connect, collect, failure } from './connect.ts'
import { layerBytes, referenceTo, testLayer } from './images.ts'
import { closedAfterEach } from './opening.ts'

const { keep, open: connectTo } = closedAfterEach()
const patience = { answer: 300, body: 300 }
const closed = (socket: Socket) => socket.closed || new Promise(resolve => socket.once('close', resolve))

/** A server that treats each connection so, and what has connected. */
async function serve(treat: (socket: Socket) => unknown): Promise<{ host: string; sockets: Socket[] }> {
  const sockets: Socket[] = []
  const server = createServer(socket => {
    sockets.push(socket.on('error', () => {}))
    treat(socket)
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  keep(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, sockets }
}

/** Answers the first bytes with this head, and then whatever comes. */
const answering =
  (head: string, rest: (socket: Socket) => unknown = () => {}) =>
  (socket: Socket) =>
    socket.once('data', () => {
      socket.write(head.replaceAll('\n', '\r\n'))
      rest(socket)
    })

const crumbs = (socket: Socket) => {
  socket.setNoDelay()
  const timer = setInterval(() => socket.write('H'), 2)
  socket.on('close', () => clearInterval(timer))
}

const open = (host: string, options: Connect = {}) => connectTo(host, { patience, ...options })

it('a server that says nothing is given up', async () => {
  const { host } = await serve(() => {})
  const error = await failure(open(host).registry.manifest(referenceTo(host)))
  expect([error.code, error.message]).toEqual([
    'REGISTRY_UNREACHABLE',
    expect.stringContaining(`cannot reach http://${host}: timed out (ETIMEDOUT), tried 5 times`),
  ])
})

it('so is one that says a little all the time', async () => {
  const dribble = (socket: Socket) => {
    const timer = setInterval(() => socket.write('x-more: y\r\n'), 20)
    socket.on('close', () => clearInterval(timer))
  }
  const { host } = await serve(answering('HTTP/1.1 200 OK\n', dribble))
  const error = await failure(open(host).registry.manifest(referenceTo(host)))
  expect(error.message).toContain('timed out (ETIMEDOUT)')
})

it('a change of protocol is no answer', async () => {
  const { host } = await serve(
    answering('HTTP/1.1 101 Switching Protocols\nUpgrade: x\nConnection: Upgrade\n\n'),
  )
  const error = await failure(open(host).registry.manifest(referenceTo(host)))
  expect(error.code).toBe('REGISTRY_FAILED')
})

it.each([204, 304])('a %d that promises a body is a refusal', async status => {
  const { host } = await serve(answering(`HTTP/1.1 ${status} X\nContent-Length: 5000000\n\n`))
  const blob = open(host).registry.blob(referenceTo(host), await testLayer(), { transient: true })
  const error = await failure(collect(blob))
  expect(error.message).toContain(`answered ${status}`)
})

it.each(bothWays)('a body that stalls is given up, and told as that: %o', async way => {
  const head = `HTTP/1.1 200 OK\nContent-Length: ${layerBytes.length}\n\n`
  const { host, sockets } = await serve(
    answering(head, socket => socket.write(layerBytes.subarray(0, 1_000_000))),
  )
  const error = await failure(collect(open(host).registry.blob(referenceTo(host), await testLayer(), way)))
  expect([error.code, error.message]).toEqual([
    'REGISTRY_FAILED',
    expect.stringContaining('broke after 1.0 MB (ETIMEDOUT)'),
  ])
  await Promise.all(sockets.map(closed))
})

it.each(bothWays)('so is one that comes in crumbs: %o', async way => {
  const head = `HTTP/1.1 200 OK\nContent-Length: ${layerBytes.length}\n\n`
  const { host, sockets } = await serve(answering(head, crumbs))
  const error = await failure(collect(open(host).registry.blob(referenceTo(host), await testLayer(), way)))
  expect(error.message).toMatch(/broke after [\d.]+ k?B \(ETIMEDOUT\)/)
  await Promise.all(sockets.map(closed))
})

it.each(bothWays)('a reader may take longer than a server: %o', async way => {
  const head = `HTTP/1.1 200 OK\nContent-Length: ${layerBytes.length}\n\n`
  const { host } = await serve(answering(head, socket => socket.write(layerBytes)))
  let pauses = 0
  let length = 0
  for await (const chunk of open(host).registry.blob(referenceTo(host), await testLayer(), way)) {
    if (pauses++ < 2) await new Promise(resolve => setTimeout(resolve, 2 * patience.body))
    length += chunk.length
  }
  expect(length).toBe(layerBytes.length)
})

it('a proxy that opens no tunnel is named, and no connection to it stays', async () => {
  const { host, sockets } = await serve(answering('HTTP/1.1 503 Busy\n\n'))
  const environment = { HTTPS_PROXY: `http://me:s3cret@${host}` }
  const error = await failure(open('x', { environment }).registry.manifest(referenceTo('far.invalid')))
  expect([error.code, error.message]).toEqual([
    'REGISTRY_UNREACHABLE',
    expect.stringContaining('cannot reach https://far.invalid: the proxy that HTTPS_PROXY names opens no'),
  ])
  expect(`${error.message}${error.hints}${error.cause}`).not.toContain('s3cret')
  await Promise.all(sockets.map(closed))
})

it.each([
  ['says nothing', () => {}],
  ['answers in crumbs', crumbs],
  ['opens a tunnel to nothing', answering('HTTP/1.1 200 OK\n\n')],
])('a proxy that %s is given up, and at once when aborted', async (_, treat) => {
  const { host, sockets } = await serve(treat)
  const environment = { HTTPS_PROXY: host }
  const error = await failure(open('x', { environment }).registry.manifest(referenceTo('far.invalid')))
  expect(error.message).toContain('timed out (ETIMEDOUT)')
  await Promise.all(sockets.map(closed))
  const { registry } = open('x', { environment, patience: { answer: 100_000, body: 100_000 } })
  const user = new AbortController()
  const asked = registry.manifest(referenceTo('far.invalid'), user.signal)
  setTimeout(() => user.abort(new Error('the user said stop')), 100)
  await expect(asked).rejects.toThrow('the user said stop')
})

it('a proxy whose password cannot be decoded is refused without repeating it', async () => {
  const environment = { HTTPS_PROXY: 'http://me:p%zz@proxy.invalid' }
  const error = await failure(open('x', { environment }).registry.manifest(referenceTo('far.invalid')))
  expect(error.message).toContain('HTTPS_PROXY is no http:// or https:// address')
})
