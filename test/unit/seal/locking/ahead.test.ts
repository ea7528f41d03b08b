/** Held to a lock, registries are asked for its images while charts are rendered, and for nothing else. */
import { expect, test, vi } from 'vitest'
import { SealiftError, ServerTrouble } from '../../../../src/kernel/errors/index.ts'
import type { ConnectedHost, Registry } from '../../../../src/kernel/ports/index.ts'
import { type LockResult, lock } from '../../../../src/seal/verbs/lock.ts'
import { connectedSpec, type SpecOptions } from '../../../support/connected-spec.ts'

const request = { specDir: 'spec', platform: 'linux/amd64', budget: 'hold' } as const

/** A spec that is locked, and a way to lock it again; `rendering` is waited for before a chart is rendered. */
async function lockedSpec(options: SpecOptions = {}) {
  const made = await connectedSpec(options)
  for (const name of options.images ?? []) made.registry.image(name.slice(0, -2), '1', 'amd64', [name])
  let rendering = async () => {}
  const helmFrom: ConnectedHost['helmFrom'] = async (...args) => {
    const helm = await made.host.helmFrom(...args)
    const template: typeof helm.template = async (...chart) => {
      await rendering()
      return helm.template(...chart)
    }
    return { ...helm, template }
  }
  const run = (locked: boolean): Promise<LockResult> =>
    lock({ ...request, locked }, { ...made.host, helmFrom }, made.talk)
  await run(false)
  made.registry.headed.length = 0
  const before = (work: () => Promise<void>) => {
    rendering = work
  }
  return { ...made, run, before }
}

test('the tag of an image and what is attached to it are known before a chart is rendered', async () => {
  const { run, before, registry } = await lockedSpec()
  before(() => vi.waitFor(() => expect(registry.headed.length).toBeGreaterThan(3)))
  expect((await run(true)).drift).toEqual([])
  expect(new Set(registry.headed).size).toBe(registry.headed.length)
})

test('a new lock asks nothing before it knows its images', async () => {
  const { run, before, registry } = await lockedSpec()
  before(async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    expect(registry.headed).toEqual([])
  })
  await run(false)
})

test('an image that is in the lock alone is asked for, and is no fault', async () => {
  const { run, registry, host } = await lockedSpec()
  const text = await host.files.readText('spec/bundle.lock.yaml')
  await host.files.write(
    'spec/bundle.lock.yaml',
    text.replaceAll('registry.test/app:1', 'registry.test/old:1'),
  )
  await expect(run(true)).rejects.toMatchObject({ code: 'LOCK_DRIFT' })
  expect(registry.headed.join()).toContain('old')
})

test('what a registry failed with is told as it said it, not that it was not asked', async () => {
  const { run, registry } = await lockedSpec()
  const trouble = new SealiftError('REGISTRY_UNREACHABLE', 'nobody there')
  registry.digest = () => Promise.reject(trouble)
  registry.manifest = () => Promise.reject(trouble)
  await expect(run(true)).rejects.toMatchObject({ message: expect.stringContaining('nobody there') })
})

test('an end before the images are wanted waits for none of them', async () => {
  const { run, registry, files } = await lockedSpec()
  await files.write('spec/helm', 'another program')
  let stopped = 0
  const digest: Registry['digest'] = (_, { signal } = {}) =>
    new Promise((_, reject) =>
      signal?.addEventListener('abort', () => {
        stopped += 1
        reject(signal.reason)
      }),
    )
  Object.assign(registry, { digest })
  await expect(run(true)).rejects.toMatchObject({ code: 'LOCK_DRIFT' })
  expect(stopped).toBe(1)
})

test.each(['waits', 'fails'] as const)(
  'a registry that %s where it is asked for attachments fails no image: it is a warning, as ever',
  async kind => {
    const images = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(name => `registry.test/${name}:1`)
    const { run, registry, lines } = await lockedSpec({ images })
    const trouble = new SealiftError('REGISTRY_FAILED', 'no list', { cause: new ServerTrouble(kind) })
    registry.referrers = () => Promise.reject(trouble)
    expect((await run(true)).drift).toEqual([])
    expect(lines.join('\n')).toContain('they stay as they are locked: no list')
  },
)
