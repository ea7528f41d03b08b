/** What each kind of misbehaviour becomes: code, words, and how often it was tried. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  type Descriptor,
  digestOf,
  mediaTypes,
  parseReference,
  type Reference,
} from '../../../src/oci/index.ts'
import { type FaultyRegistry, startFaultyRegistry } from '../../support/faulty-registry.ts'
import { collect, connect, failure, type TestConnection, textOf } from './connect.ts'
import { layerBytes, repository, servedImages, testLayer } from './images.ts'

let server: FaultyRegistry
let connection: TestConnection
let layer: Descriptor
let reference: Reference
const name = () => `${server.host}/${repository}:oci`

beforeEach(async () => {
  layer = await testLayer()
  server = await startFaultyRegistry({ images: await servedImages() })
  connection = connect(server.host)
  reference = parseReference(name()) ?? expect.unreachable()
})

afterEach(async () => {
  await connection.close()
  await server.stop()
})

const manifest = () => failure(connection.registry.manifest(reference))
const blob = (offset = 0) => collect(connection.registry.blob(reference, layer, { offset }))
const manifests = /\/manifests\//
const blobs = /\/blobs\//

it.each([
  [401, 'REGISTRY_DENIED', 1, 'denies access (401 SAID: so)'],
  [403, 'REGISTRY_DENIED', 1, 'denies access (403 SAID: so)'],
  [404, 'IMAGE_NOT_FOUND', 1, 'not found at'],
  [400, 'REGISTRY_FAILED', 1, 'answered 400 SAID: so'],
  [429, 'REGISTRY_FAILED', 5, 'asks to slow down (429 SAID: so), tried 5 times'],
  [500, 'REGISTRY_FAILED', 5, 'answered 500 SAID: so, tried 5 times'],
  [503, 'REGISTRY_FAILED', 5, 'answered 503 SAID: so, tried 5 times'],
])('a %d is %s after %d requests', async (status, code, requests, words) => {
  server.fault({ path: manifests, status, error: { code: 'SAID', message: 'so' } })
  const error = await manifest()
  expect(error.code).toBe(code)
  expect(error.message.startsWith(`${name()}: `)).toBe(true)
  expect(error.message).toContain(words)
  expect(server.requests).toHaveLength(requests)
})

it.each([500, 502, 503, 429])('a %d that passes is no error', async status => {
  server.fault({ path: manifests, status, times: 2 })
  const { descriptor } = await connection.registry.manifest(reference)
  expect(descriptor.mediaType).toBe(mediaTypes.ociManifest)
  expect(connection.retries).toHaveLength(2)
  expect(connection.retries[0]).toMatch(new RegExp(`${status}.*; next try in \\d`))
})

it('waits longer each time, and not the same time for everybody', async () => {
  server.fault({ path: manifests, status: 500 })
  await manifest()
  const nominal = [500, 1000, 2000, 4000]
  expect(connection.clock.sleeps).toHaveLength(4)
  for (const [i, wait] of connection.clock.sleeps.entries()) {
    expect(wait / (nominal[i] ?? 0)).toBeGreaterThanOrEqual(0.74)
    expect(wait / (nominal[i] ?? 0)).toBeLessThanOrEqual(1.26)
  }
})

it.each([
  ['7', 7000],
  ['86400', 60_000],
  ['Thu, 01 Jan 2026 00:00:20 GMT', 20_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
])('waits as long as Retry-After %j says, but a minute at most', async (value, wait) => {
  server.fault({ path: manifests, status: 429, times: 1, headers: { 'retry-after': value } })
  await connection.registry.manifest(reference)
  expect(connection.clock.sleeps).toEqual([wait])
})

it('refuses a manifest that is not what its digest says', async () => {
  const { digest } = (await connection.registry.manifest(reference)).descriptor
  server.fault({ path: manifests, bytes: Buffer.from('{"schemaVersion":2}') })
  const error = await failure(connection.registry.manifest({ ...reference, digest }))
  expect(error.code).toBe('CONTENT_MISMATCH')
  expect(error.message).toContain(`instead of ${digest}`)
})

it('refuses a tag whose announced digest is not that of the bytes', async () => {
  server.fault({ path: manifests, headers: { 'docker-content-digest': digestOf('other') } })
  const error = await manifest()
  expect(error.code).toBe('CONTENT_MISMATCH')
  expect(error.message).toContain('served other content than it announced')
})

it('refuses a manifest of more than 4 MiB', async () => {
  server.fault({ path: manifests, bytes: Buffer.alloc(4 * 1024 * 1024 + 1, ' ') })
  const error = await manifest()
  expect([error.code, error.message]).toEqual([
    'REGISTRY_FAILED',
    `${name()}: the manifest at http://${server.host} is larger than 4 MiB`,
  ])
})

it.each([
  ['a login page', 'text/html', '<html>Log in</html>', 'answered no manifest but text/html'],
  [
    'another artifact',
    'application/json',
    '{"mediaType":"application/x"}',
    'answered no manifest but application/x',
  ],
  [
    'schema 1',
    'application/vnd.docker.distribution.manifest.v1+prettyjws',
    '{}',
    "only in Docker's schema 1",
  ],
  ['unlabelled schema 1', 'application/json', '{"schemaVersion":1}', "only in Docker's schema 1"],
])('refuses %s instead of a manifest', async (_, type, body, words) => {
  const bytes = Buffer.from(body)
  const headers = { 'content-type': type, 'docker-content-digest': digestOf(bytes) }
  server.fault({ path: manifests, bytes, headers })
  const error = await manifest()
  expect(error.code).toBe('REGISTRY_FAILED')
  expect(error.message).toContain(words)
})

it('takes the media type from Content-Type only where the manifest has none', async () => {
  const bytes = Buffer.from('{"schemaVersion":2,"manifests":[]}')
  const headers = {
    'content-type': `${mediaTypes.ociIndex}; charset=utf-8`,
    'docker-content-digest': digestOf(bytes),
  }
  server.fault({ path: manifests, times: 1, bytes, headers })
  const { descriptor } = await connection.registry.manifest(reference)
  expect(descriptor.mediaType).toBe(mediaTypes.ociIndex)
  server.fault({ path: manifests, headers: { 'content-type': mediaTypes.dockerIndex } })
  expect((await connection.registry.manifest(reference)).descriptor.mediaType).toBe(mediaTypes.ociManifest)
})

it('reads a manifest again when the connection broke in the middle', async () => {
  server.fault({ path: manifests, cutAfter: 20, times: 1 })
  const { descriptor } = await connection.registry.manifest(reference)
  expect(descriptor.mediaType).toBe(mediaTypes.ociManifest)
  expect(connection.retries[0]).toContain(`the connection to http://${server.host} broke`)
})

const ways = [{ transient: false }, { transient: true }]

it.each(ways)('tells the reader when a blob breaks off in the middle, with the cause: %o', async way => {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.fault({ path: blobs, cutAfter: 1_000_000, hold: promise })
  const chunks = connection.registry.blob(reference, layer, way)[Symbol.asyncIterator]()
  const first = await chunks.next()
  expect(first.done).toBe(false)
  resolve()
  const rest = async () => {
    while (!(await chunks.next()).done);
  }
  const error = await failure(rest())
  expect(error.code).toBe('REGISTRY_FAILED')
  expect(error.message).toMatch(/@sha256:[0-9a-f]{64}: the connection to .* broke after \d+ bytes/)
  expect(error.cause).toBeInstanceOf(Error)
  expect(server.requests).toHaveLength(1)
})

it('asks again for a blob of which no byte has come', async () => {
  server.fault({ path: blobs, cutAfter: 0, times: 2 })
  expect((await blob()).equals(layerBytes)).toBe(true)
  expect(connection.retries).toHaveLength(2)
})

it('ends early without an error where the server does', async () => {
  server.fault({ path: blobs, endAfter: 1_000_000 })
  expect((await blob()).equals(layerBytes.subarray(0, 1_000_000))).toBe(true)
})

it('gives wrong bytes of the right size to the reader, who hashes', async () => {
  server.fault({ path: blobs, bytes: Buffer.alloc(layer.size, 1) })
  expect((await blob()).equals(Buffer.alloc(layer.size, 1))).toBe(true)
})

it('refuses a blob of another size before the first byte', async () => {
  server.fault({ path: blobs, bytes: layerBytes.subarray(1) })
  for (const offset of [0, 100]) {
    const error = await failure(blob(offset))
    expect(error.code).toBe('CONTENT_MISMATCH')
    expect(error.message).toContain(`has ${layer.size - 1} bytes for it, ${layer.size} were expected`)
  }
})

it.each(ways)('skips forward where ranges are ignored: %o', async way => {
  server.fault({ path: blobs, ignoreRange: true })
  const bytes = await collect(connection.registry.blob(reference, layer, { offset: 1_000_001, ...way }))
  expect(bytes.equals(layerBytes.subarray(1_000_001))).toBe(true)
})

it('refuses another range than it asked for', async () => {
  server.fault({ path: blobs, headers: { 'content-range': `bytes 0-${layer.size - 1}/${layer.size}` } })
  const error = await failure(blob(1000))
  expect([error.code, error.message]).toEqual([
    'REGISTRY_FAILED',
    expect.stringContaining('answered another range than asked for'),
  ])
})

it('says that a range was refused', async () => {
  server.fault({ path: blobs, status: 416 })
  const error = await failure(blob(1000))
  expect(error.code).toBe('REGISTRY_FAILED')
  expect(error.message).toContain('answered 416')
})

it.each(ways)('stops at once when aborted, waiting for an answer and in a blob: %o', async way => {
  const { promise: hold, resolve } = Promise.withResolvers<void>()
  const reason = new Error('the user said stop')
  server.fault({ path: manifests, hold })
  server.fault({ path: blobs, hold, cutAfter: 1_000_000 })
  const waiting = new AbortController()
  const asked = connection.registry.manifest(reference, waiting.signal)
  waiting.abort(reason)
  await expect(asked).rejects.toBe(reason)
  const reading = new AbortController()
  const chunks = connection.registry
    .blob(reference, layer, { signal: reading.signal, ...way })
    [Symbol.asyncIterator]()
  await chunks.next()
  reading.abort(reason)
  const rest = async () => {
    while (!(await chunks.next()).done);
  }
  await expect(rest()).rejects.toBe(reason)
  resolve()
})

it('does not sleep on when aborted', async () => {
  server.fault({ path: manifests, status: 500 })
  const stop = new AbortController()
  const reason = new Error('the user said stop')
  const sleep = connection.clock.sleep.bind(connection.clock)
  connection.clock.sleep = async (milliseconds, signal) => {
    stop.abort(reason)
    await sleep(milliseconds, signal)
  }
  await expect(connection.registry.manifest(reference, stop.signal)).rejects.toBe(reason)
  expect(server.requests).toHaveLength(1)
})

it('says in one line that nobody is there', async () => {
  await server.stop()
  const error = await manifest()
  expect(error.code).toBe('REGISTRY_UNREACHABLE')
  expect(error.message).toBe(
    `${name()}: cannot reach http://${server.host}: connection refused (ECONNREFUSED), tried 5 times`,
  )
  expect(error.hints.join(' ')).toContain('A bundle is built on a connected host')
  expect(error.hints.join(' ')).toContain('--registries')
  server = await startFaultyRegistry()
})

it('says that a host name does not exist, without trying five times', async () => {
  const unknown = parseReference('registry.invalid/team/app:v1') ?? expect.unreachable()
  const error = await failure(connection.registry.manifest(unknown))
  expect(error.code).toBe('REGISTRY_UNREACHABLE')
  expect(error.message).toMatch(
    /^registry\.invalid\/team\/app:v1: cannot reach https:\/\/registry\.invalid: .*\(E/,
  )
  expect(error.message).not.toContain('\n')
  expect(connection.clock.sleeps.length).toBeLessThan(2)
})

it('speaks TLS unless http:// is written, and says so', async () => {
  const strict = connect('other.invalid')
  const error = await failure(strict.registry.manifest(reference))
  await strict.close()
  expect(error.code).toBe('REGISTRY_UNREACHABLE')
  expect(error.message).toContain(`cannot talk to https://${server.host}: it does not speak TLS`)
  expect(error.hints[0]).toContain(`["http://${server.host}"]`)
  expect(server.requests).toHaveLength(0)
})

it('shows nothing of a server that could pass for something else', async () => {
  const error = { code: 'EVIL\u001b[2J', message: 'line one\nline two \u202e'.repeat(100) }
  server.fault({ path: manifests, status: 403, error })
  const text = textOf(await manifest()).split('\n')[0] ?? ''
  expect(text).toContain('EVIL\\u{1b}[2J: line one\\u{a}line two \\u{202e}')
  expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  expect(text.length).toBeLessThan(500)
})
