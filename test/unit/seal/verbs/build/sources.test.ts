import { expect, test } from 'vitest'
import { SealiftError } from '../../../../../src/kernel/errors/index.ts'
import { build } from '../../../../../src/seal/verbs/build/index.ts'
import { lock } from '../../../../../src/seal/verbs/lock.ts'
import { chartPackage, connectedSpec } from '../../../../support/connected-spec.ts'
import { MemoryRegistry } from '../../../../support/memory-registry.ts'

const platform = 'linux/amd64'
const request = { specDir: 'spec', platform, output: 'out', concurrency: 2, epoch: 0 }

async function locked(images: string[]) {
  const made = await connectedSpec({ images })
  for (const name of images) made.registry.image(name.replace(/:1$/, ''), '1', 'amd64', ['the layer'])
  await lock({ specDir: 'spec', platform, budget: 'warn' }, made.host, made.talk)
  const runAt = (registry: MemoryRegistry) => build(request, { ...made.host, registry }, made.talk)
  return { ...made, runAt }
}

test('all that is missing since it was locked is told at once, in the order of the lock, with the smallest code', async () => {
  const names = ['b', 'a', 'there'].map(name => `registry.test/${name}:1`)
  const { files, runAt } = await locked(names)
  await files.write('spec/app.tgz', chartPackage('app', 'another'))
  const registry = new MemoryRegistry()
  registry.image('registry.test/there', '1', 'amd64', ['the layer'])
  const error = await runAt(registry).catch((thrown: unknown) => thrown as SealiftError)
  expect(error).toMatchObject({ code: 'IMAGE_NOT_FOUND', message: '3 things could not be gathered' })
  const { faults } = error as SealiftError
  expect(faults.map(fault => fault.replaceAll(/sha256:[0-9a-f]{64}/g, 'DIGEST'))).toEqual([
    'registry.test/a:1: registry.test/a@DIGEST is not there',
    'registry.test/b:1: registry.test/b@DIGEST is not there',
    'chart app 1.0.0 is not what was locked',
    'chart app: locked: package DIGEST',
    'chart app: now at app.tgz: package DIGEST',
  ])
  expect(await files.exists('out/small-1.0.0.tar')).toBe(false)
})

test('one thing that is missing is told as it is', async () => {
  const { runAt } = await locked(['registry.test/app:1'])
  await expect(runAt(new MemoryRegistry())).rejects.toMatchObject({
    code: 'IMAGE_NOT_FOUND',
    message: expect.stringMatching(/^registry\.test\/app@sha256:[0-9a-f]{64} is not there$/),
  })
})

test('a registry that cannot be reached is asked no more for the many images that it should have', async () => {
  const { runAt } = await locked(Array.from({ length: 40 }, (_, i) => `registry.test/image-${i}:1`))
  let asked = 0
  const gone = new (class extends MemoryRegistry {
    override async manifest(): Promise<never> {
      asked += 1
      throw new SealiftError('REGISTRY_UNREACHABLE', 'cannot reach it')
    }
  })()
  await expect(runAt(gone)).rejects.toMatchObject({
    code: 'REGISTRY_UNREACHABLE',
    message: '40 things could not be gathered',
    faults: expect.arrayContaining([
      expect.stringContaining('was not asked for: registry.test cannot be reached'),
    ]),
  })
  expect(asked).toBeLessThan(20)
})
