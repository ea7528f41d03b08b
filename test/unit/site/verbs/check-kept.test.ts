/** What `check` makes of images by the way that they came. */
import { beforeEach, expect, test } from 'vitest'
import { hexOf } from '../../../../src/kernel/oci/index.ts'
import { readReceipt, writeReceipt } from '../../../../src/site/install/index.ts'
import { memoryImagesFolder } from '../../../support/memory-images-folder.ts'
import { type MemoryRuntime, memoryRuntime } from '../../../support/memory-runtime.ts'
import { sampleBundle, sampleImages } from '../../../support/sample-bundle.ts'
import { load } from '../load/node.ts'
import { smallSite } from '../wire/sites.ts'
import { type CheckSite, checkSite } from './check-site.ts'

let site: CheckSite
let runtime: MemoryRuntime
beforeEach(async () => {
  site = await checkSite()
  runtime = memoryRuntime('amd64')
})

async function images(files: readonly string[] = []) {
  const imagesFolder = memoryImagesFolder(runtime)
  for (const name of files) imagesFolder.files.set(name, Buffer.alloc(0))
  const { verdicts } = await site.run(smallSite, { ...site.host, runtime, imagesFolder })
  return verdicts.filter(({ id }) => id.startsWith('image/')).map(({ ok, message }) => [ok, message])
}

test('a pin of K3s counts while the bundle lies in its folder, and that of another bundle does not', async () => {
  await load(runtime, sampleBundle().file)
  for (const name of Object.values(sampleImages)) runtime.pinAsK3s(name)
  const { bundle, lock } = await readReceipt(site.cluster)
  const { name, version } = lock.metadata
  const file = `sealift-${name}-${version}-${hexOf(bundle).slice(0, 12)}.tar`
  const renewed = [true, 'here, complete, pinned by K3s']
  expect(await images([file])).toEqual([renewed, renewed])
  const ends = [false, "its pin goes at K3s's next start"]
  expect(await images(['sealift-sample-0.9.0-0123456789ab.tar', `${file}.sealift-partial`])).toEqual([
    ends,
    ends,
  ])
})

test('images that nodes pull from the site’s registry need not be there', async () => {
  expect(await images()).toEqual([
    [false, 'is not on this node'],
    [false, 'is not on this node'],
  ])
  await writeReceipt(site.cluster, { ...(await readReceipt(site.cluster)), load: 'registry' })
  expect(await images()).toEqual([])
})

test('a way that somebody has written into the receipt, and is none, counts for nothing', async () => {
  const receipt = await readReceipt(site.cluster)
  await writeReceipt(site.cluster, { ...receipt, load: 'pigeon' as 'registry' })
  expect((await readReceipt(site.cluster)).load).toBeUndefined()
})
