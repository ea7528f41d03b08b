/** Bundles that are small, and would make a reader work without end. */
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeFiles } from '../../../../src/adapters/files/index.ts'
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import { verifyBundle } from '../../../../src/bundle/verify/index.ts'
import { entryHeader } from '../../../../src/kernel/archive/index.ts'
import {
  annotations,
  type Descriptor,
  digestOf,
  hexOf,
  mediaTypes,
} from '../../../../src/kernel/oci/index.ts'
import type { BundleSource } from '../../../../src/kernel/ports/index.ts'
import { entriesOf, tarWith, withEntries, withIndex } from '../../../support/forged-bundle.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'

const { file, plan } = sampleBundle()
const refusal = (source: BundleSource) =>
  openBundle(source).then(
    () => undefined,
    (error: unknown) => error,
  )

/** Counts what is read. */
function counting(bytes: Buffer): BundleSource & { readonly total: number; readonly calls: number } {
  const source = memorySource(bytes)
  const counted = { total: 0, calls: 0 }
  const read = (offset: number, length: number) => {
    counted.total += length
    counted.calls += 1
    return source.read(offset, length)
  }
  return Object.assign(counted, { ...source, read })
}

test('indexes that lead to one manifest a million times are read once, and given up', async () => {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value))
  const config = json({ os: 'linux', architecture: 'amd64' })
  const describe = (mediaType: string, bytes: Buffer): Descriptor => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  })
  const document = { schemaVersion: 2, config: describe('application/json', config), layers: [] }
  const manifest = json(document)
  const wide = (child: Descriptor) => json({ schemaVersion: 2, manifests: Array(1000).fill(child) })
  const index = wide(describe(mediaTypes.ociManifest, manifest))
  const bytes = withIndex(
    withEntries(file, entries => [
      ...entries,
      ...[config, manifest, index].map(body => ({ name: `blobs/sha256/${hexOf(digestOf(body))}`, body })),
    ]),
    entries => [
      ...entries,
      ...Array.from({ length: 1000 }, (_, i) => ({
        ...describe(mediaTypes.ociIndex, index),
        annotations: {
          [annotations.containerdName]: `lab.example/x:${i}`,
          [annotations.refName]: `lab.example/x:${i}`,
        },
      })),
    ],
  )
  const source = counting(bytes)
  expect(await refusal(source)).toMatchObject({
    code: 'BUNDLE_MALFORMED',
    faults: expect.arrayContaining([expect.stringMatching(/leads to more than [\d.]+ MB of manifests/)]),
  })
  expect(source.total).toBeLessThan(2 * bytes.length)
})

test('refused headers are counted as well: a file of nothing else ends after as many as a bundle can have', async () => {
  const link = entriesOf(tarWith([{ name: 'x', body: Buffer.alloc(0) }]))[0]
  const bytes = tarWith(Array(25_000).fill({ ...link, type: '2' }))
  const source = counting(bytes)
  expect(await refusal(source)).toMatchObject({
    faults: expect.arrayContaining([expect.stringMatching(/over 20000 entries/)]),
  })
  expect(source.calls).toBeLessThan(20_100)
})

test('verify looks for the next header in large steps, and finds it', async () => {
  const [first, ...rest] = entriesOf(file)
  const bytes = Buffer.concat([
    tarWith(first ? [first] : []).subarray(0, 1024),
    Buffer.alloc(5_000_000 - (5_000_000 % 512), 'garbage '),
    tarWith(rest),
  ])
  const source = counting(bytes)
  const verdict = await verifyBundle(source)
  expect(verdict.digest).toBe(plan.indexDigest)
  expect(verdict.faults).toEqual([expect.objectContaining({ where: 'byte 1024' })])
  expect(source.calls).toBeLessThan(200)
})

test('a search for the next header through a terabyte of nothing can be interrupted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-giant-'))
  const path = join(folder, 'giant.tar')
  try {
    await writeFile(path, Buffer.alloc(512, 'garbage '))
    await truncate(path, 1e12)
    const source = await nodeFiles().openBundle(path)
    const interrupt = new AbortController()
    const onProgress = ({ done }: { done: number }) => done > 10_000_000 && interrupt.abort()
    await expect(verifyBundle(source, { signal: interrupt.signal, onProgress })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    })
    await source.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a sparse file of a terabyte is opened at once, whatever size its entries claim', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-giant-'))
  const path = join(folder, 'giant.tar')
  try {
    const header = entryHeader(`blobs/sha256/${'a'.repeat(64)}`, 'file', 999_999_000_000, 0)
    await writeFile(path, Buffer.concat([file.subarray(0, file.length - 1024), header]))
    await truncate(path, 1e12)
    const source = await nodeFiles().openBundle(path)
    expect(source.size).toBe(1e12)
    expect(await refusal(source)).toMatchObject({ code: expect.stringMatching(/^BUNDLE_/) })
    await source.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
