/** Blobs that break off, end early, are of another size, or come from another place than was asked for. */
import { expect, it } from 'vitest'
import { bothWays, collect, failure } from './connect.ts'
import { layerBytes } from './images.ts'
import { closedAfterEach } from './opening.ts'

const { faulty } = closedAfterEach()
const manifests = /\/manifests\//
const blobs = /\/blobs\//

/** Reads on to the end. */
async function drain(chunks: AsyncIterator<Uint8Array>): Promise<void> {
  while (!(await chunks.next()).done);
}

it.each(bothWays)('tells the reader when a blob breaks off in the middle, with the cause: %o', async way => {
  const { server, registry, reference, layer } = await faulty()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.fault({ path: blobs, cutAfter: 1_000_000, hold: promise })
  const chunks = registry.blob(reference, layer, way)[Symbol.asyncIterator]()
  const first = await chunks.next()
  expect(first.done).toBe(false)
  resolve()
  const error = await failure(drain(chunks))
  expect(error.code).toBe('REGISTRY_FAILED')
  expect(error.message).toMatch(/@sha256:[0-9a-f]{64}: the connection to .* broke after [\d.]+ [kM]?B/)
  expect(error.cause).toBeInstanceOf(Error)
  expect(server.requests).toHaveLength(1)
})

it('asks again for a blob of which no byte has come', async () => {
  const { server, registry, retries, reference, layer } = await faulty()
  server.fault({ path: blobs, cutAfter: 0, times: 2 })
  expect((await collect(registry.blob(reference, layer))).equals(layerBytes)).toBe(true)
  expect(retries).toHaveLength(2)
})

it('ends early without an error where the server does', async () => {
  const { server, registry, reference, layer } = await faulty()
  server.fault({ path: blobs, endAfter: 1_000_000 })
  const bytes = await collect(registry.blob(reference, layer))
  expect(bytes.equals(layerBytes.subarray(0, 1_000_000))).toBe(true)
})

it('gives wrong bytes of the right size to the reader, who hashes', async () => {
  const { server, registry, reference, layer } = await faulty()
  server.fault({ path: blobs, bytes: Buffer.alloc(layer.size, 1) })
  expect((await collect(registry.blob(reference, layer))).equals(Buffer.alloc(layer.size, 1))).toBe(true)
})

it('refuses a blob of another size before the first byte', async () => {
  const { server, registry, reference, layer } = await faulty()
  server.fault({ path: blobs, bytes: layerBytes.subarray(1) })
  for (const offset of [0, 100]) {
    const error = await failure(collect(registry.blob(reference, layer, { offset })))
    expect(error.code).toBe('CONTENT_MISMATCH')
    expect(error.message).toContain(`has ${layer.size - 1} bytes for it, ${layer.size} were expected`)
  }
})

it.each(bothWays)('skips forward where ranges are ignored: %o', async way => {
  const { server, registry, reference, layer } = await faulty()
  server.fault({ path: blobs, ignoreRange: true })
  const bytes = await collect(registry.blob(reference, layer, { offset: 1_000_001, ...way }))
  expect(bytes.equals(layerBytes.subarray(1_000_001))).toBe(true)
})

it('refuses another range than it asked for', async () => {
  const { server, registry, reference, layer } = await faulty()
  server.fault({ path: blobs, headers: { 'content-range': `bytes 0-${layer.size - 1}/${layer.size}` } })
  const error = await failure(collect(registry.blob(reference, layer, { offset: 1000 })))
  expect([error.code, error.message]).toEqual([
    'REGISTRY_FAILED',
    expect.stringContaining('answered another range than asked for'),
  ])
})

it('says that a range was refused', async () => {
  const { server, registry, reference, layer } = await faulty()
  server.fault({ path: blobs, status: 416 })
  const error = await failure(collect(registry.blob(reference, layer, { offset: 1000 })))
  expect(error.code).toBe('REGISTRY_FAILED')
  expect(error.message).toContain('answered 416')
})

it.each(bothWays)('stops at once when aborted, waiting for an answer and in a blob: %o', async way => {
  const { server, registry, reference, layer } = await faulty()
  const { promise: hold, resolve } = Promise.withResolvers<void>()
  const reason = new Error('the user said stop')
  server.fault({ path: manifests, hold })
  server.fault({ path: blobs, hold, cutAfter: 1_000_000 })
  const waiting = new AbortController()
  const asked = registry.manifest(reference, waiting.signal)
  waiting.abort(reason)
  await expect(asked).rejects.toBe(reason)
  const reading = new AbortController()
  const chunks = registry.blob(reference, layer, { signal: reading.signal, ...way })[Symbol.asyncIterator]()
  await chunks.next()
  reading.abort(reason)
  await expect(drain(chunks)).rejects.toBe(reason)
  resolve()
})

it.each(bothWays)('may be aborted by whoever has just got its last bytes: %o', async way => {
  const { registry, reference, layer } = await faulty()
  for (const offset of [0, layer.size - 1000, layer.size - 1]) {
    const user = new AbortController()
    let left = layer.size - offset
    const read = async () => {
      for await (const chunk of registry.blob(reference, layer, { offset, signal: user.signal, ...way })) {
        left -= chunk.length
        if (left === 0) user.abort(new Error('the user said stop'))
      }
    }
    await read().catch(error => expect(error).toBe(user.signal.reason))
    expect(left).toBe(0)
  }
  expect((await collect(registry.blob(reference, layer, way))).equals(layerBytes)).toBe(true)
})
