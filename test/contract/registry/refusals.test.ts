/** Answers that refuse: code and words, how often they are asked again, and how long is waited. */
import { expect, it } from 'vitest'
import { mediaTypes } from '../../../src/kernel/oci/index.ts'
import { failure, textOf } from './connect.ts'
import { repository } from './images.ts'
import { closedAfterEach } from './opening.ts'

const { faulty } = closedAfterEach()
const manifests = /\/manifests\//

it.each([
  [401, 'REGISTRY_DENIED', 1, 'denies access (401 SAID: so)'],
  [403, 'REGISTRY_DENIED', 1, 'denies access (403 SAID: so)'],
  [404, 'IMAGE_NOT_FOUND', 1, 'not found at'],
  [400, 'REGISTRY_FAILED', 1, 'answered 400 SAID: so'],
  [429, 'REGISTRY_FAILED', 5, 'asks to slow down (429 SAID: so), tried 5 times'],
  [500, 'REGISTRY_FAILED', 5, 'answered 500 SAID: so, tried 5 times'],
  [503, 'REGISTRY_FAILED', 5, 'answered 503 SAID: so, tried 5 times'],
])('a %d is %s after %d requests', async (status, code, requests, words) => {
  const { server, registry, reference } = await faulty()
  server.fault({ path: manifests, status, error: { code: 'SAID', message: 'so' } })
  const error = await failure(registry.manifest(reference))
  expect(error.code).toBe(code)
  expect(error.message.startsWith(`${server.host}/${repository}:oci: `)).toBe(true)
  expect(error.message).toContain(words)
  expect(server.requests).toHaveLength(requests)
})

it.each([500, 502, 503, 429])('a %d that passes is no error', async status => {
  const { server, registry, retries, reference } = await faulty()
  server.fault({ path: manifests, status, times: 2 })
  const { descriptor } = await registry.manifest(reference)
  expect(descriptor.mediaType).toBe(mediaTypes.ociManifest)
  expect(retries).toHaveLength(2)
  expect(retries[0]).toMatch(new RegExp(`${status}.*; next try in \\d`))
})

it('waits longer each time, and not the same time for everybody', async () => {
  const { server, registry, clock, reference } = await faulty()
  server.fault({ path: manifests, status: 500 })
  await failure(registry.manifest(reference))
  const nominal = [500, 1000, 2000, 4000]
  expect(clock.sleeps).toHaveLength(4)
  for (const [i, wait] of clock.sleeps.entries()) {
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
  const { server, registry, clock, reference } = await faulty()
  server.fault({ path: manifests, status: 429, times: 1, headers: { 'retry-after': value } })
  await registry.manifest(reference)
  expect(clock.sleeps).toEqual([wait])
})

it('does not sleep on when aborted', async () => {
  const { server, registry, clock, reference } = await faulty()
  server.fault({ path: manifests, status: 500 })
  const stop = new AbortController()
  const reason = new Error('the user said stop')
  const sleep = clock.sleep.bind(clock)
  clock.sleep = async (milliseconds, signal) => {
    stop.abort(reason)
    await sleep(milliseconds, signal)
  }
  await expect(registry.manifest(reference, stop.signal)).rejects.toBe(reason)
  expect(server.requests).toHaveLength(1)
})

it('shows nothing of a server that could pass for something else', async () => {
  const { server, registry, reference } = await faulty()
  const error = { code: 'EVIL\u001b[2J', message: 'line one\nline two \u202e'.repeat(100) }
  server.fault({ path: manifests, status: 403, error })
  const text = textOf(await failure(registry.manifest(reference))).split('\n')[0] ?? ''
  expect(text).toContain('EVIL\\u{1b}[2J: line one\\u{a}line two \\u{202e}')
  expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  expect(text.length).toBeLessThan(500)
})
