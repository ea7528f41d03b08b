/** Bundles that are small, and would make a reader work without end. */
import { expect, test } from 'vitest'
import { openBundle } from '../../../src/bundle/index.ts'
import { annotations, type Descriptor, digestOf, hexOf, mediaTypes } from '../../../src/oci/index.ts'
import type { BundleSource } from '../../../src/ports/index.ts'
import { withEntries, withIndex } from '../../support/forged-bundle.ts'
import { memorySource } from '../../support/memory-files.ts'
import { sampleBundle } from '../../support/sample-bundle.ts'

const { file } = sampleBundle()
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
    faults: expect.arrayContaining([expect.stringMatching(/leads to more than \d+ bytes of manifests/)]),
  })
  expect(source.total).toBeLessThan(2 * bytes.length)
})
