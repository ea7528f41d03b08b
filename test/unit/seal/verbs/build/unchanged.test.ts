import { expect, test } from 'vitest'
import { lockTitle, planBundle } from '../../../../../src/bundle/layout/index.ts'
import { findUnchanged, type Wanted } from '../../../../../src/seal/verbs/build/unchanged.ts'
import { withEntries } from '../../../../support/forged-bundle.ts'
import { memoryFiles } from '../../../../support/memory-files.ts'
import { recordedTalk } from '../../../../support/recorded-talk.ts'
import { finished, sampleBundle } from '../../../../support/sample-bundle.ts'
import { sampleDelta } from '../../../../support/sample-delta.ts'

const epoch = 1_700_000_000
const sample = sampleBundle({ layerSize: 30_000 })
const file = finished(planBundle(sample.contents, epoch), sample.blobs)
const own = sample.contents.files.flatMap(({ title, ...rest }) =>
  'bytes' in rest ? [{ path: title, bytes: rest.bytes }] : [],
)

/** The same blobs, in another order. */
function repacked(): Buffer {
  return withEntries(file, entries => [...entries.slice(0, 5), ...entries.slice(5).reverse()])
}

/** Looks for the sample among these bytes. */
async function look(bytes: Uint8Array | undefined, changes: Partial<Wanted> = {}) {
  const files = memoryFiles()
  if (bytes) await files.write('out/sample.tar', bytes)
  return findUnchanged(
    { path: 'out/sample.tar', files: own, epoch, volumeSize: undefined, ...changes },
    files,
    recordedTalk(),
  )
}

test('the very bundle is found', async () => {
  expect(await look(file)).toMatchObject({ digest: sample.plan.indexDigest, size: file.length })
})

test.each([
  ['nothing lies there', undefined, {}],
  ['something else lies there', Buffer.from('text'), {}],
  ['it has another time', sample.file, {}],
  ['it was cut off', file.subarray(0, 20_000), {}],
  ['it is wanted in volumes', file, { volumeSize: 10_000 }],
  [
    'the lock is another one',
    file,
    { files: own.map(one => (one.path === lockTitle ? { ...one, bytes: Buffer.from('another') } : one)) },
  ],
  [
    'a values file is new',
    file,
    { files: [...own, { path: 'values/new.yaml', bytes: Buffer.from('a: 1') }] },
  ],
  ['a file of it is wanted no longer', file, { files: own.slice(1) }],
  ['another program packed it', repacked(), {}],
  ['it is a delta', sampleDelta({ layerSize: 30_000 }, epoch).delta, {}],
])('it is built anew when %s', async (_, bytes, changes) => {
  expect(await look(bytes, changes)).toBeUndefined()
})

test('it is built anew when a byte of a layer has changed', async () => {
  const changed = Buffer.from(file)
  changed[changed.length - 3000] = (changed[changed.length - 3000] ?? 0) ^ 1
  expect(await look(changed)).toBeUndefined()
})
