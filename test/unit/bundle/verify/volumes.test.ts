import { expect, test } from 'vitest'
import { verifyBundle } from '../../../../src/bundle/verify/index.ts'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import type { BundleSource, Volume } from '../../../../src/kernel/ports/index.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'

const { file } = sampleBundle({ layerSize: 300_000 })
const size = 250_000
const sound = Array.from({ length: Math.ceil(file.length / size) }, (_, i) =>
  file.subarray(i * size, (i + 1) * size),
)
const listed = sound.map(part => digestOf(part))

/** The bundle in volumes as they lie, with the list that was made when they were sound. */
function lying(
  volumes: readonly Buffer[],
  digests: readonly string[] = listed,
): BundleSource & { bytes: number } {
  const { read, ...rest } = memorySource(Buffer.concat(volumes))
  const counted = {
    ...rest,
    bytes: 0,
    read(offset: number, length: number) {
      counted.bytes += length
      return read(offset, length)
    },
    volumes: volumes.map((part, i) => ({
      name: `bundle.tar.00${i + 1}`,
      offset: i * size,
      size: part.length,
      ...(digests[i] ? { digest: digests[i] } : {}),
    })) as Volume[],
  }
  return counted
}

async function faultsOf(source: BundleSource): Promise<string[]> {
  const { faults } = await verifyBundle(source)
  return faults
    .filter(({ where }) => where.startsWith('volume'))
    .map(({ where, message }) => `${where}: ${message}`)
}

test('sound volumes have no fault, and are read once', async () => {
  const source = lying(sound)
  expect((await verifyBundle(source)).faults).toEqual([])
  expect(source.bytes).toBeLessThan(file.length + 40_000)
})

test('without a list nothing is said of volumes', async () => {
  const changed = sound.map(part => Buffer.from(part))
  changed[1]?.writeUInt8(1, 100)
  expect(await faultsOf(lying(changed, []))).toEqual([])
})

test('a damaged volume is named, beside the blob', async () => {
  const changed = sound.map(part => Buffer.from(part))
  changed[1]?.writeUInt8((changed[1][5000] ?? 0) ^ 1, 5000)
  expect(await faultsOf(lying(changed))).toEqual(['volume bundle.tar.002: its bytes do not match its digest'])
  expect((await verifyBundle(lying(changed))).faults.length).toBeGreaterThan(1)
})

test('swapped volumes are named, with what they hold', async () => {
  const [first, second, third, ...rest] = sound
  if (!first || !second || !third) throw new Error('the sample has three volumes')
  expect(await faultsOf(lying([first, third, second, ...rest]))).toEqual([
    'volume bundle.tar.002: it holds bundle.tar.003',
    'volume bundle.tar.003: it holds bundle.tar.002',
  ])
})
