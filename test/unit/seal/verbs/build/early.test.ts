import { expect, test } from 'vitest'
import type { BundleLock } from '../../../../../src/bundle/lock/index.ts'
import { digestOf } from '../../../../../src/kernel/oci/index.ts'
import type { Registry } from '../../../../../src/kernel/ports/index.ts'
import { askEarly } from '../../../../../src/seal/verbs/build/early.ts'

const [small, large, largest] = ['small', 'large', 'the largest'].map(text => digestOf(Buffer.from(text)))

const platforms = (layers: object) => ({
  'linux/amd64': { manifest: small, config: { digest: small, size: 2 }, layers },
})
const lock = {
  platforms: ['linux/amd64'],
  images: [
    {
      name: 'registry.test/app:1',
      digest: small,
      platforms: platforms({ [`${small}`]: 5, [`${largest}`]: 900 }),
    },
    {
      name: 'mirror.test/db:1',
      digest: small,
      platforms: platforms({ [`${large}`]: 100, [`${largest}`]: 900 }),
    },
    {
      name: 'other.test/arm:1',
      digest: small,
      platforms: { 'linux/arm64': { layers: { [`${small}`]: 5000 } } },
    },
  ],
} as unknown as BundleLock

/** A registry that notes what it is asked for, and which stream was ended before it was read. */
function noting() {
  const asked: string[] = []
  const ended: string[] = []
  const registry = {
    blob(
      { registry: host, repository }: { registry: string; repository: string },
      { digest, size }: { digest: string; size: number },
      { offset = 0, signal }: { offset?: number; signal?: AbortSignal } = {},
    ) {
      signal?.addEventListener('abort', () => ended.push(digest))
      return (async function* () {
        asked.push(`${host}/${repository} ${size}`)
        yield Buffer.from(`from ${offset}`)
        yield Buffer.from(', to the end')
      })()
    },
  } as unknown as Registry
  return { asked, ended, registry }
}

async function read(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += Buffer.from(chunk)
  return text
}
const signal = new AbortController().signal
const options = (offset: number) => ({ offset, signal, transient: true }) as const
const wanted = (digest = largest) => ({
  digest: digest ?? digestOf(Buffer.of()),
  size: 900,
  offset: 0,
  small: false,
})
const late = () =>
  (async function* () {
    yield Buffer.from('asked for late')
  })()

test('the largest layers of the platforms that are wanted are asked for at once, each where an image has it', async () => {
  const { asked, ended, registry } = noting()
  const early = askEarly({ lock, absent: new Set(), most: 2, signal }, registry)
  expect(asked).toEqual(['mirror.test/db 900', 'mirror.test/db 100'])
  await early.end()
  expect(ended).toEqual([largest, large])
})

test('a layer that is left out is not asked for, and none is where nothing is to be', async () => {
  const { asked, registry } = noting()
  await askEarly({ lock, absent: new Set([`${largest}`] as never[]), most: 1, signal }, registry).end()
  expect(asked).toEqual(['mirror.test/db 100'])
  await askEarly({ lock, absent: new Set(), most: 0, signal }, registry).end()
  expect(asked).toHaveLength(1)
})

test('a stream that is under way is read once, from its first byte; all others are opened as always', async () => {
  const { asked, ended, registry } = noting()
  const early = askEarly({ lock, absent: new Set(), most: 1, signal }, registry)
  const open = early.through(late)
  expect(await read(open(wanted(), options(0)))).toBe('from 0, to the end')
  expect(await read(open(wanted(), options(0)))).toBe('asked for late')
  expect(await read(open(wanted(small), options(0)))).toBe('asked for late')
  await early.end()
  expect([asked.length, ended]).toEqual([1, [largest]])
})

test('what goes on in the middle is opened as always', async () => {
  const { registry } = noting()
  const early = askEarly({ lock, absent: new Set(), most: 1, signal }, registry)
  expect(await read(early.through(late)(wanted(), options(7)))).toBe('asked for late')
  await early.end()
})

test('an error of the registry is that of whoever reads, and of nobody else', async () => {
  const registry = {
    blob: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('401')) }) }),
  } as unknown as Registry
  const early = askEarly({ lock, absent: new Set(), most: 2, signal }, registry)
  await expect(read(early.through(late)(wanted(), options(0)))).rejects.toThrow('401')
  await early.end()
})

test('who stops reading ends the stream', async () => {
  const { ended, registry } = noting()
  const early = askEarly({ lock, absent: new Set(), most: 1, signal }, registry)
  const stop = new AbortController()
  const stream = early
    .through(late)(wanted(), { offset: 0, signal: stop.signal, transient: true })
    [Symbol.asyncIterator]()
  await stream.next()
  stop.abort()
  expect(ended).toEqual([largest])
  await stream.return?.()
  await early.end()
})
