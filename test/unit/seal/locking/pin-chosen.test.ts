/** Images that cannot be pinned, beside suspects that cannot: what is told, what ends a lock, and what is kept. */
import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { lock } from '../../../../src/seal/verbs/lock.ts'
import { connectedSpec } from '../../../support/connected-spec.ts'

const cache = 'registry.test/cache:1.2'
const gone = 'other.test/gone:1'

/** A spec whose chart has a needed image and two suspects, of which a registry has one. */
async function suspected() {
  const made = await connectedSpec()
  const { host, talk, registry, rendered } = made
  rendered.more = `{kind: Thing, metadata: {name: x}, spec: {cache: '${cache}', note: '${gone}'}}`
  registry.image('registry.test/cache', '1.2', 'amd64', ['cache'])
  const request = { specDir: 'spec', platform: 'linux/amd64', budget: 'hold', attestations: false } as const
  const [manifest, digest] = [registry.manifest.bind(registry), registry.digest.bind(registry)]
  return {
    ...made,
    run: (more = {}) => lock({ ...request, ...more }, host, talk),
    /** From now on the registry answers so for these repositories. */
    fail(faults: Readonly<Record<string, SealiftError>>) {
      registry.manifest = async (reference, ...rest) => {
        const fault = faults[reference.repository]
        if (fault !== undefined) throw fault
        return manifest(reference, ...rest)
      }
      registry.digest = async (reference, ...rest) =>
        faults[reference.repository] === undefined ? digest(reference, ...rest) : undefined
    },
  }
}

const down = new SealiftError('REGISTRY_FAILED', 'answered 500')

test('a suspect that is not there is no fault among those of other images, and one that is there is kept', async () => {
  const { registry, run, fail, files, lines } = await suspected()
  fail({ app: down })
  await expect(run({ acceptSuspects: true })).rejects.toMatchObject({
    code: 'REGISTRY_FAILED',
    message: 'answered 500',
    faults: [],
  })
  expect(await files.readText('spec/bundle.lock.yaml.partial')).toContain(cache)
  fail({})
  registry.asked.length = 0
  const { lock: made, missing } = await run({ acceptSuspects: true })
  expect(registry.asked).toEqual(['registry.test/app:1', gone])
  expect(registry.headed).toEqual([])
  expect(lines).toContain('note 1 image of 3 is as a run of the last hour pinned it')
  expect(made.images.map(({ name, accepted }) => [name, accepted])).toEqual([
    ['registry.test/app:1', undefined],
    [cache, true],
  ])
  expect(missing.map(({ name }) => name)).toEqual([gone])
})

test('a suspect that is locked is taken as it is where its registry announces the same digest', async () => {
  const { registry, run } = await suspected()
  await run({ acceptSuspects: true })
  registry.asked.length = 0
  expect((await run()).drift).toEqual([])
  expect(registry.asked).toEqual([])
  expect(registry.headed).toEqual(['registry.test/app:1', cache])
})

test('one that is locked and whose registry fails is told with the faults of others; a new one is not', async () => {
  const { run, fail } = await suspected()
  fail({ cache: down })
  expect((await run({ acceptSuspects: true })).missing).toHaveLength(2)
  fail({})
  await run({ acceptSuspects: true })
  fail({ cache: down, app: down })
  await expect(run({ acceptSuspects: true })).rejects.toMatchObject({
    message: '2 things could not be locked',
    faults: [
      'registry.test/app:1: answered 500 (needed by app Pod/app spec.containers[0].image)',
      `${cache}: answered 500 (needed by app Thing/x spec.cache)`,
    ],
  })
})

test('what is there in place of an image is told with it, not among the hints for all', async () => {
  const images = ['registry.test/one:1.2.5', 'registry.test/two:1']
  const { host, talk, registry } = await connectedSpec({ images })
  for (const tag of ['1.2.0', '1.3.0']) registry.image('registry.test/one', tag, 'amd64', ['x'])
  registry.image('registry.test/two', '1', 'arm64', ['x'])
  const run = () => lock({ specDir: 'spec', platform: 'linux/amd64', budget: 'hold' }, host, talk)
  const one = 'app Pod/app spec.containers[0].image'
  await expect(run()).rejects.toMatchObject({
    faults: [
      `registry.test/one:1.2.5 is not there; nearest versions there: 1.3.0, 1.2.0 (needed by ${one})`,
      `registry.test/two:1 has no image for linux/amd64; it is there for: linux/arm64 (needed by ${one.replace('0', '1')})`,
    ],
    hints: [],
  })
  images.pop()
  await expect(run()).rejects.toMatchObject({
    message: 'registry.test/one:1.2.5 is not there',
    hints: ['Nearest versions there: 1.3.0, 1.2.0.', `The image is needed by ${one}.`],
  })
})
