/**
 * Long blobs straight from their sockets into memory that is used again: what a reader holds stays as it was sent, however
 * the server cuts it, pauses and ends, however long the reader takes, and whatever other readers do meanwhile.
 */
import { expect, it } from 'vitest'
import { createRegistry } from '../../../src/adapters/registry/index.ts'
import { SealiftError } from '../../../src/kernel/errors/index.ts'
import { digestOf } from '../../../src/kernel/oci/index.ts'
import { RecordingClock } from '../../support/recording-clock.ts'
import { type Chance, type Choppy, chances, pause, startChoppy } from './choppy-server.ts'
import { referenceTo } from './images.ts'
import { closedAfterEach } from './opening.ts'

const { keep } = closedAfterEach()
// What one of its buffers holds.
const mebibyte = 1024 * 1024
// No two places in it are alike.
const numbers = Buffer.from(Uint32Array.from({ length: 2_500_000 }, (_, i) => i).buffer)
const atOnce = 5

/** Servers of bytes, and how to read each from an offset, by one connection of ours. */
async function open(...servers: readonly Choppy[]) {
  const started = await Promise.all(servers.map(startChoppy))
  for (const { stop } of started) keep(stop)
  const hosts = started.map(({ host }, i) => ({ host, tls: servers[i]?.tls === true }))
  const file = {
    mirrors: Object.fromEntries(
      hosts.map(({ host, tls }) => [host, { endpoint: [`${tls ? 'https' : 'http'}://${host}`] }]),
    ),
    configs: Object.fromEntries(
      hosts.filter(({ tls }) => tls).map(({ host }) => [host, { tls: { insecure_skip_verify: true } }]),
    ),
  }
  const { registry, close } = createRegistry({
    registries: { path: '/etc/registries.yaml', text: JSON.stringify(file) },
    clock: new RecordingClock(),
    environment: { HOME: '/nonexistent' },
  })
  keep(close)
  return (server: number, offset = 0, signal?: AbortSignal) => {
    const size = servers[server]?.bytes.length ?? 0
    const reference = referenceTo(started[server]?.host ?? '')
    const options = { offset, transient: true, ...(signal ? { signal } : {}) }
    return registry.blob(reference, { digest: digestOf('x'), size }, options)
  }
}

const cases = [1, 2, 3].flatMap(seed =>
  [false, true].flatMap(tls => [false, true].map(breaks => ({ seed: 1000 * seed, tls, breaks }))),
)

it.each(cases)('a reader holds what was sent: %o', async ({ seed, tls, breaks }) => {
  const some = chances(seed)
  const size = [4 * mebibyte, 5 * mebibyte, 8 * mebibyte, 4 * mebibyte + some(5 * mebibyte)][some(4)] ?? 0
  const bytes = numbers.subarray(0, size)
  const read = await open({ bytes, seed, tls, breaks, extra: some(2) * some(3 * mebibyte) })
  const buffers = new Set<unknown>()
  const readAll = async (chance: Chance) => {
    const slow = chance(2) > 0
    let place = 0
    const hold = async (chunk: Uint8Array) => {
      const sent = bytes.subarray(place, place + chunk.length)
      expect(sent.equals(chunk)).toBe(true)
      if (slow) await pause(chance)
      expect(sent.equals(chunk)).toBe(true)
      place += chunk.length
    }
    while (place < size) {
      const stop = breaks && chance(3) === 0 ? chance(size) : size
      const user = new AbortController()
      try {
        for await (const chunk of read(0, place, user.signal)) {
          if (chunk.buffer instanceof SharedArrayBuffer) buffers.add(chunk.buffer)
          const stops = place + chunk.length > stop
          if (stops && chance(2)) user.abort(new SealiftError('INTERRUPTED', 'the user said stop'))
          await hold(chunk)
          if (stops) break
        }
        if (!breaks) expect(place).toBe(size)
      } catch (error) {
        if (!breaks || !(error instanceof SealiftError)) throw error
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, (_, i) => readAll(chances(seed + 100 + i))))
  // Each reader has one, its socket fills another, and one is full in between.
  expect(buffers.size).toBeGreaterThan(0)
  expect(buffers.size).toBeLessThanOrEqual(3 * atOnce)
})

it.each(['breaks off', 'is left', 'is aborted'])(
  'a stream that %s leaves its buffers to the next',
  async how => {
    const breaks = how === 'breaks off'
    const bytes = numbers.subarray(0, 5 * mebibyte)
    const read = await open({ bytes, seed: 1, tls: false, breaks, extra: 0 })
    const buffers = new Set<unknown>()
    for (let count = 0; count < 12; count++) {
      const user = new AbortController()
      try {
        for await (const chunk of read(0, 0, user.signal)) {
          // The first comes with the head.
          if (!(chunk.buffer instanceof SharedArrayBuffer)) continue
          buffers.add(chunk.buffer)
          if (how === 'is left') break
          if (how === 'is aborted') user.abort(new SealiftError('INTERRUPTED', 'the user said stop'))
        }
      } catch (error) {
        if (!(error instanceof SealiftError)) throw error
      }
    }
    expect(buffers.size).toBeGreaterThan(0)
    expect(buffers.size).toBeLessThanOrEqual(3)
  },
)

it('servers of all kinds share them', async () => {
  const like = { bytes: numbers.subarray(0, 5 * mebibyte), breaks: false, extra: 0 }
  const read = await open(...[false, true, true].map((tls, i) => ({ ...like, tls, seed: i })))
  const buffers = new Set<unknown>()
  for (const server of [0, 1, 2])
    for await (const chunk of read(server))
      if (chunk.buffer instanceof SharedArrayBuffer) buffers.add(chunk.buffer)
  expect(buffers.size).toBeGreaterThan(0)
  expect(buffers.size).toBeLessThanOrEqual(3)
})
