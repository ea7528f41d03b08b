/** Over TLS: whom we trust, and that nothing falls back to plain HTTP. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRegistry } from '../../../src/adapters/registry/index.ts'
import { mediaTypes, type Reference } from '../../../src/kernel/oci/index.ts'
import type { Registry } from '../../../src/kernel/ports/index.ts'
import { selfSigned } from '../../support/certificate.ts'
import { listen } from '../../support/connected/listen.ts'
import { type FaultyRegistry, startFaultyRegistry } from '../../support/faulty-registry.ts'
import { RecordingClock } from '../../support/recording-clock.ts'
import { collect, failure } from './connect.ts'
import { layerBytes, referenceTo, repository, servedImages, testLayer } from './images.ts'

const certificate = selfSigned('registry', ['far.invalid'])
const client = selfSigned('client')
let server: FaultyRegistry
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-tls-'))
  await writeFile(join(folder, 'ca.pem'), certificate.cert)
  await writeFile(join(folder, 'client.pem'), client.cert)
  await writeFile(join(folder, 'client.key'), client.key, { mode: 0o600 })
  server = await startFaultyRegistry({ images: await servedImages(), tls: certificate })
})

afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

/** Does something with a registry's host under these TLS settings; nothing is to be tried twice. */
async function withTls<Result>(
  host: string,
  tls: object,
  environment: Record<string, string>,
  work: (registry: Registry, reference: Reference) => Promise<Result>,
): Promise<Result> {
  const text = JSON.stringify({ configs: { [host]: { tls } } })
  const path = join(folder, 'registries.yaml')
  const clock = new RecordingClock()
  const connection = createRegistry({
    registries: { path, text },
    clock,
    environment: { HOME: folder, ...environment },
  })
  try {
    return await work(connection.registry, referenceTo(host))
  } finally {
    await connection.close()
    expect(clock.sleeps).toEqual([])
  }
}

/** Reads one manifest and gives its media type. */
const read = (host: string, tls: object, environment: Record<string, string> = {}) =>
  withTls(host, tls, environment, async (registry, reference) => {
    return (await registry.manifest(reference)).descriptor.mediaType
  })

/** Reads one blob, in chunks that do not stay, slowly. */
const readBlob = (host: string, environment: Record<string, string> = {}) =>
  withTls(host, { ca_file: 'ca.pem' }, environment, async (registry, reference) => {
    const chunks = registry.blob(reference, await testLayer(), { transient: true })
    return collect(slowly(chunks))
  })

async function* slowly(chunks: AsyncIterable<Uint8Array>) {
  for await (const chunk of chunks) {
    await new Promise(resolve => setTimeout(resolve, 5))
    yield chunk
  }
}

it('gives a whole blob', async () => {
  const reads = await Promise.all([readBlob(server.host), readBlob(server.host)])
  for (const bytes of reads) expect(bytes.equals(layerBytes)).toBe(true)
})

it('does not trust an unknown CA, and says where one is named', async () => {
  const error = await failure(read(server.host, {}))
  expect(error.code).toBe('REGISTRY_UNREACHABLE')
  expect(error.message).toContain(`cannot talk to https://${server.host}: its certificate is not trusted (`)
  expect(error.hints[0]).toContain(`configs."${server.host}".tls.ca_file`)
  expect(error.hints[0]).toContain('NODE_EXTRA_CA_CERTS')
})

it('trusts the CA of registries.yaml, its path relative to that file', async () => {
  expect(await read(server.host, { ca_file: 'ca.pem' })).toBe(mediaTypes.ociManifest)
})

it('trusts anybody where it is told to', async () => {
  expect(await read(server.host, { insecure_skip_verify: true })).toBe(mediaTypes.ociManifest)
})

it('trusts NODE_EXTRA_CA_CERTS, beside the CA of another host', async () => {
  const script = `
    import { createRegistry } from '${join(import.meta.dirname, '../../../src/adapters/registry/index.ts')}'
    const text = JSON.stringify({ configs: { '*': { tls: { ca_file: 'client.pem' } } } })
    const registries = { path: '${folder}/registries.yaml', text }
    const { web, close } = createRegistry({ registries, clock: {}, environment: {} })
    process.stdout.write(await web.text('https://${server.host}/v2/${repository}/manifests/oci', 100000))
    await close()`
  const env = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script], { env })
  expect(JSON.parse(stdout).mediaType).toBe(mediaTypes.ociManifest)
})

it('shows a client certificate where one is named', async () => {
  const tls = { ...certificate, requestCert: true, rejectUnauthorized: true, ca: client.cert }
  const strict = await startFaultyRegistry({ images: await servedImages(), tls })
  try {
    const files = { ca_file: 'ca.pem', cert_file: 'client.pem', key_file: 'client.key' }
    expect(await read(strict.host, files)).toBe(mediaTypes.ociManifest)
  } finally {
    await strict.stop()
  }
})

it('names a CA file that is not there', async () => {
  const error = await failure(read(server.host, { ca_file: 'none.pem' }))
  expect([error.code, error.message]).toEqual(['FILE_FAILED', `${folder}/none.pem: cannot be read (ENOENT)`])
})

it('does not follow a redirect from TLS to plain HTTP', async () => {
  const plain = await startFaultyRegistry({ images: await servedImages() })
  server.fault({ path: /./, times: 1, redirect: `http://${plain.host}/v2/${repository}/manifests/oci` })
  const error = await failure(read(server.host, { ca_file: 'ca.pem' }))
  await plain.stop()
  expect(error.code).toBe('REGISTRY_FAILED')
  expect(error.message).toContain(`redirects from https to plain HTTP (${plain.host}), which is not followed`)
  expect(plain.requests).toEqual([])
})

it('gives no credentials to a token server without TLS', async () => {
  const thief = await startFaultyRegistry()
  const headers = { 'www-authenticate': `Bearer realm="http://${thief.host}/token"` }
  server.fault({ path: /./, times: 1, status: 401, headers })
  const error = await failure(read(server.host, { ca_file: 'ca.pem' }))
  await thief.stop()
  expect(error.code).toBe('REGISTRY_FAILED')
  expect(error.message).toContain(`https://${server.host} names no usable token server`)
  expect(thief.requests).toEqual([])
})

it('tunnels through HTTPS_PROXY, with the same trust', async () => {
  const proxy = createServer()
  const tunnels: string[] = []
  proxy.on('connect', async (request, socket) => {
    tunnels.push(request.url ?? '')
    const [host = '', port = ''] = server.host.split(':')
    const onward = connectSocket(Number(port), host)
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
    await once(onward, 'connect')
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    socket.pipe(onward).pipe(socket)
  })
  const { host, stop } = await listen(proxy)
  const environment = { HTTPS_PROXY: `http://${host}` }
  try {
    expect(await read('far.invalid', { ca_file: 'ca.pem' }, environment)).toBe(mediaTypes.ociManifest)
    expect((await readBlob('far.invalid', environment)).equals(layerBytes)).toBe(true)
    const error = await failure(read('far.invalid', {}, environment))
    expect(error.message).toContain('its certificate is not trusted')
    expect(tunnels[0]).toBe('far.invalid:443')
  } finally {
    await stop()
  }
})

it.each(['proxy.invalid:3128', 'http://proxy.invalid:3128'])('takes %s for a proxy', async HTTPS_PROXY => {
  const error = await failure(read('far.invalid', {}, { HTTPS_PROXY }))
  expect(error.code).toBe('REGISTRY_UNREACHABLE')
  expect(error.message).toContain('cannot reach https://far.invalid: no such host name (ENOTFOUND)')
})

it('says that a proxy is no address, and repeats none of it', async () => {
  const error = await failure(read('far.invalid', {}, { HTTPS_PROXY: 'socks5://me:s3cret@proxy.invalid' }))
  expect([error.code, error.message]).toEqual([
    'REGISTRY_UNREACHABLE',
    'HTTPS_PROXY is no http:// or https:// address',
  ])
})
