/** K3s's folder of images that this user may not look into, or take from: a warning, where all else is done. */
import { beforeEach, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { readReceipt, writeReceipt } from '../../../../src/site/install/index.ts'
import { memoryImagesFolder } from '../../../support/memory-images-folder.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { smallSite } from '../wire/sites.ts'
import { checkSite } from './check-site.ts'
import { installOn, memorySite, removeFrom } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'

const denied = () => Promise.reject(new SealiftError('LOAD_FAILED', 'the folder is not open to this user'))
let world: MemoryWorld
beforeEach(async () => {
  world = await memoryWorld()
})

test('an install is proven and noted though an older bundle’s file cannot be taken away', async () => {
  await installOn(world.host, '1.0.0', {}, recordedTalk(), 'images-dir')
  const talk = recordedTalk()
  const host = { ...world.host, imagesFolder: { ...world.host.imagesFolder, remove: denied } }
  await installOn(host, '1.1.0', { upgrade: true }, talk, 'images-dir')
  expect((await readReceipt(world.cluster)).lock.metadata.version).toBe('1.1.0')
  expect(talk.told.join('\n')).toContain('what older bundles have left stays: the folder is not open')
})

test('a purge goes on to the images, and says what it could not see', async () => {
  const site = await memorySite()
  await expect(installOn(site.host, '1.0.0')).rejects.toThrow('killed')
  const host = { ...site.host, imagesFolder: { ...site.imagesFolder, names: denied } }
  const { kept } = await removeFrom(host, '1.0.0', true)
  expect(kept.join('\n')).toContain('what images-dir has put into K3s')
  expect(await site.runtime.images()).toEqual([])
})

test.each(['containerd', 'cluster'] as const)(
  'check does not look there where images came by %s',
  async load => {
    const site = await checkSite()
    await writeReceipt(site.cluster, { ...(await readReceipt(site.cluster)), load })
    const { runtime } = world
    const imagesFolder = { ...memoryImagesFolder(runtime), names: denied }
    const { verdicts } = await site.run(smallSite, { ...site.host, runtime, imagesFolder })
    expect(verdicts.filter(({ id }) => id === 'images')).toEqual([])
    expect(verdicts.filter(({ id }) => id.startsWith('image/')).length).toBeGreaterThan(0)
  },
)
