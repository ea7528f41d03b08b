import { expect, test } from 'vitest'
import { clock } from '../../../../src/adapters/clock.ts'
import { openBundle, planBundle, planWhole } from '../../../../src/bundle/layout/index.ts'
import { planKey } from '../../../../src/seal/fetch/journal.ts'
import { merge } from '../../../../src/seal/verbs/merge.ts'
import { verify } from '../../../../src/seal/verbs/verify.ts'
import { memoryFiles, memorySource } from '../../../support/memory-files.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { finished, type SampleOptions, sampleBundle } from '../../../support/sample-bundle.ts'
import { layersOf, sampleDelta } from '../../../support/sample-delta.ts'

const time = 1_700_000_000

async function carried(options: SampleOptions = { layerSize: 700_000 }) {
  const sample = sampleDelta(options, time)
  const files = memoryFiles()
  await files.write('delta.tar', sample.delta)
  await files.write('older.tar', sample.older.file)
  const built = finished(planBundle(sample.full.contents, time), sample.full.blobs)
  const run = (...bases: string[]) =>
    merge({ delta: 'delta.tar', bases, output: 'out' }, { files, clock }, recordedTalk())
  return { ...sample, files, built, run }
}
const result = 'out/sample-1.0.0.tar'

test('a delta and its base give the file of a full build, byte for byte', async () => {
  const { files, built, full, run } = await carried()
  const made = await run('older.tar')
  expect(made).toMatchObject({ path: result, digest: full.plan.indexDigest, size: built.length, layers: 3 })
  expect(made.signed).toBe(false)
  expect(Buffer.from(await files.readBytes(result)).equals(built)).toBe(true)
  expect(await files.exists(`${result}.sig`)).toBe(false)
})

test('a signature beside the delta is copied, since the identity is the same', async () => {
  const { files, run } = await carried({})
  await files.write('delta.tar.sig', 'a signature')
  expect((await run('older.tar')).signed).toBe(true)
  expect(await files.readText(`${result}.sig`)).toBe('a signature')
})

test('a signature that lay beside another bundle of that name is told of', async () => {
  const { files, full } = await carried({})
  await files.write(`${result}.sig`, 'of another')
  const talk = recordedTalk()
  await merge({ delta: 'delta.tar', bases: ['older.tar'], output: 'out' }, { files, clock }, talk)
  expect(talk.told).toEqual([
    `warning: ${result}.sig lay there before: it is right only if it was made for ${full.plan.indexDigest}; sign again`,
  ])
})

test('bases may be deltas themselves, in any order', async () => {
  const { files, older, built, run } = await carried()
  const oldest = sampleBundle({ layerSize: 700_000, layers: 1 })
  const had = new Set(layersOf(oldest))
  await files.write('oldest.tar', oldest.file)
  await files.write('older.tar', finished(planBundle(older.contents, 0, had), older.blobs))
  await expect(run('older.tar')).rejects.toMatchObject({ code: 'BASE_MISSING', faults: { length: 1 } })
  expect(await files.exists(result)).toBe(false)
  await run('older.tar', 'oldest.tar')
  expect(Buffer.from(await files.readBytes(result)).equals(built)).toBe(true)
})

test.each(['older.tar', 'delta.tar'])(
  'a flipped byte in a layer of %s names it, and nothing is made',
  async name => {
    const { files, older, full, delta, absent, run } = await carried()
    const bytes = Buffer.from(await files.readBytes(name))
    const layer =
      name === 'older.tar'
        ? (older.blobs.get(absent.at(-1) ?? 'sha256:') ?? delta)
        : (full.blobs.get(layersOf(full).at(-1) ?? 'sha256:') ?? delta)
    const at = bytes.indexOf(layer) + 600_000
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await files.write(name, bytes)
    await expect(run('older.tar')).rejects.toMatchObject({
      code: 'BUNDLE_DAMAGED',
      message: expect.stringMatching(`^${name} is damaged: blob sha256:`),
    })
    expect(await files.exists(result)).toBe(false)
  },
)

test('a base that is no bundle is named', async () => {
  const { files, run } = await carried({})
  await files.write('zeros.tar', Buffer.alloc(4096))
  await expect(run('older.tar', 'zeros.tar')).rejects.toMatchObject({
    code: 'BUNDLE_MALFORMED',
    message: expect.stringMatching(/^zeros\.tar: /),
    faults: expect.arrayContaining([expect.stringContaining('index.json')]),
  })
})

test('a full bundle is nothing to merge', async () => {
  const { files, built, run } = await carried({})
  await files.write('delta.tar', built)
  await expect(run('older.tar')).rejects.toMatchObject({ code: 'USAGE' })
})

test('a lock’s name that leads elsewhere is no file name', async () => {
  const lock = (whole: { metadata: { name: string; version: string } }) => ({
    ...whole,
    metadata: { name: '../../etc/x', version: '1' },
  })
  const { run } = await carried({ lock })
  await expect(run('older.tar')).rejects.toMatchObject({ code: 'BUNDLE_MALFORMED' })
})

test('what an interruption leaves has not the bundle’s name, and the next run goes on', async () => {
  const { files, built, run } = await carried()
  const stop = new AbortController()
  const talk = recordedTalk({ signal: stop.signal, progressOn: () => () => stop.abort() })
  const merging = merge({ delta: 'delta.tar', bases: ['older.tar'], output: 'out' }, { files, clock }, talk)
  await expect(merging).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(await files.exists(result)).toBe(false)
  await run('older.tar')
  expect(Buffer.from(await files.readBytes(result)).equals(built)).toBe(true)
})

test('verify says what of a delta is missing, once all that is there was found sound', async () => {
  const { files, delta } = await carried({})
  const whole = { bundle: 'delta.tar', bases: ['older.tar'] }
  expect(await verify(whole, files, recordedTalk())).toMatchObject({ missing: [], absent: { length: 3 } })
  await expect(verify({ bundle: 'delta.tar' }, files, recordedTalk())).rejects.toMatchObject({
    code: 'BASE_MISSING',
    message: expect.stringMatching(
      /^this is a delta, and 3 layers \([\d.]+ kB\) that it leaves out are not here$/,
    ),
    faults: { length: 3 },
    hints: expect.arrayContaining([expect.stringContaining('--base')]),
  })
  delta[delta.length - 2000] = (delta[delta.length - 2000] ?? 0) ^ 1
  await files.write('delta.tar', delta)
  await expect(verify({ bundle: 'delta.tar' }, files, recordedTalk())).rejects.toMatchObject({
    code: 'BUNDLE_DAMAGED',
  })
})

test('one that goes on after an interrupted run with a wrong beginning blames no file', async () => {
  const { files, built, run } = await carried({ layerSize: 9_000_000 })
  const sink = await files.createBundle(result)
  const plan = planWhole(await openBundle(memorySource(built)))
  await sink.allocate(plan.size)
  await sink.note(JSON.stringify({ plan: planKey(plan) }))
  for (const { digest } of plan.wanted) await sink.note(JSON.stringify({ blob: digest, bytes: 1_000_000 }))
  await sink.keep()
  await run('older.tar')
  expect(Buffer.from(await files.readBytes(result)).equals(built)).toBe(true)
})

test('a base that has the name of what would be made is not replaced by it', async () => {
  const { files, older, run } = await carried()
  await files.write(result, older.file)
  await expect(run(result)).rejects.toMatchObject({
    code: 'USAGE',
    message: `${result} would be replaced by what is made of it`,
  })
  expect(Buffer.from(await files.readBytes(result)).equals(older.file)).toBe(true)
})
