/** Suspects that a lock takes: by flag, by the lock before it, by a list in the spec. */
import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { makeLock } from '../../../../src/seal/locking/index.ts'
import { lock } from '../../../../src/seal/verbs/lock.ts'
import { connectedSpec } from '../../../support/connected-spec.ts'

const app = 'registry.test/app:1'
const cache = 'registry.test/cache:1.2'
const gone = 'registry.test/gone:1'
const place = { chart: 'app', object: 'Thing/x', field: 'spec.cache' }

/** A spec whose chart has two suspects, of which a registry has one. */
async function suspected() {
  const made = await connectedSpec()
  const { host, talk, registry, rendered } = made
  rendered.more = `{kind: Thing, metadata: {name: x}, spec: {cache: '${cache}', note: '${gone}'}}`
  registry.image('registry.test/cache', '1.2', 'amd64', ['cache'])
  const [manifest, digest] = [registry.manifest.bind(registry), registry.digest.bind(registry)]
  const request = { specDir: 'spec', platform: 'linux/amd64', budget: 'hold', attestations: false } as const
  return {
    ...made,
    run: (more = {}) => lock({ ...request, ...more }, host, talk),
    make: (more = {}) => makeLock({ ...request, ...more }, host, talk),
    told: () => made.lines.filter(line => line.startsWith('!')),
    /** From now on the registry answers so where it is asked for the suspect that it has. */
    fail(error: SealiftError) {
      registry.manifest = async (reference, ...rest) => {
        if (reference.repository === 'cache') throw error
        return manifest(reference, ...rest)
      }
      registry.digest = async (reference, ...rest) =>
        reference.repository === 'cache' ? undefined : digest(reference, ...rest)
    },
  }
}

const names = ({ images }: { images: readonly { name: string }[] }) => images.map(({ name }) => name)
const texts = ({ suspects }: { suspects: readonly { text: string }[] }) => suspects.map(({ text }) => text)

test('none is carried unless someone says so', async () => {
  const { run } = await suspected()
  const { lock: made, missing } = await run()
  expect([names(made), texts(made), missing]).toEqual([[app], [cache, gone], []])
})

test('--accept-suspects takes those that are there, with their places, and names the others', async () => {
  const { run } = await suspected()
  const { lock: made, missing } = await run({ acceptSuspects: true })
  expect(made.images[1]).toMatchObject({ name: cache, reasons: [place], accepted: true })
  expect(made.images[0]).not.toHaveProperty('accepted')
  expect(texts(made)).toEqual([gone])
  expect(missing).toEqual([{ name: gone, why: `${gone} is not there` }])
})

test('what was taken once stays: a plain lock, --locked and --update agree with it', async () => {
  const { run, make } = await suspected()
  const { text } = await run({ acceptSuspects: true })
  const update = ['registry.test/app']
  for (const more of [{}, { locked: true }, { locked: true, acceptSuspects: true }, { update }])
    expect(await make(more)).toMatchObject({ text, drift: [] })
})

test('it goes where it is refused, and where nothing names it any more', async () => {
  const { run, make, rendered } = await suspected()
  await run({ acceptSuspects: true })
  expect(names((await make({ acceptSuspects: false })).lock)).toEqual([app])
  await expect(make({ acceptSuspects: false, locked: true })).rejects.toMatchObject({
    code: 'LOCK_DRIFT',
    faults: [`image ${cache}: removed`, `suspect ${cache} in app Thing/x spec.cache: added`],
  })
  rendered.more = ''
  expect(names((await make()).lock)).toEqual([app])
})

test('what was taken and is proven now is no longer accepted', async () => {
  const { run, rendered } = await suspected()
  await run({ acceptSuspects: true })
  rendered.more = `{kind: Thing, metadata: {name: x}, spec: {image: '${cache}'}}`
  const { lock: made, drift } = await run()
  expect(made.images[1]).not.toHaveProperty('accepted')
  expect(drift?.map(({ sentence }) => sentence)).toContain(
    `image ${cache}: is no longer a suspect that was accepted`,
  )
})

test('one that was taken and is gone ends a plain lock, and is dropped by --accept-suspects', async () => {
  const { run, make, fail } = await suspected()
  await run({ acceptSuspects: true })
  fail(new SealiftError('IMAGE_NOT_FOUND', `${cache} is lost`))
  await expect(make()).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
  const { lock: made, missing } = await make({ acceptSuspects: true })
  expect(names(made)).toEqual([app])
  expect(missing).toMatchObject([{ name: cache, why: `${cache} is lost` }, { name: gone }])
  fail(new SealiftError('REGISTRY_FAILED', 'answered 500'))
  await expect(make({ acceptSuspects: true })).rejects.toMatchObject({ code: 'REGISTRY_FAILED' })
})

test('a registry of a new suspect that does not answer ends nothing; an interruption does', async () => {
  const { make, fail } = await suspected()
  fail(new SealiftError('REGISTRY_UNREACHABLE', 'no answer'))
  expect((await make({ acceptSuspects: true })).missing[0]).toEqual({ name: cache, why: 'no answer' })
  fail(new SealiftError('INTERRUPTED', 'interrupted'))
  await expect(make({ acceptSuspects: true })).rejects.toMatchObject({ code: 'INTERRUPTED' })
})

test('those that the spec lists are images like any other', async () => {
  const { run, make, writeSpec, told } = await suspected()
  await writeSpec({ acceptSuspects: [cache, 'nothing:1'] })
  const { lock: made } = await run()
  expect(made.images[1]).toMatchObject({ name: cache, reasons: [place] })
  expect(made.images[1]).not.toHaveProperty('accepted')
  expect(told()).toEqual(['! acceptSuspects lists docker.io/library/nothing:1, which nothing names'])
  await writeSpec({ acceptSuspects: [gone] })
  await expect(make()).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
})
