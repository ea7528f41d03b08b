/** A bundle on a real containerd: imported whole by `ctr`, and loaded piece by piece by Sealift. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRuntime } from '../../src/adapters/containerd/index.ts'
import { openBundle } from '../../src/bundle/layout/index.ts'
import { loadImages } from '../../src/site/load/index.ts'
import { startContainerd, type TestContainerd } from '../support/containerd.ts'
import { incompleteOn } from '../support/incomplete-on.ts'
import { memorySource } from '../support/memory-files.ts'
import { sampleBundle, sampleImages } from '../support/sample-bundle.ts'

const names: readonly string[] = Object.values(sampleImages)
const platform = 'linux/amd64'
/** What every loaded image is. */
const ready = { pinned: true, complete: true, unpacked: true, brought: true }
let containerd: TestContainerd
beforeAll(async () => {
  containerd = await startContainerd()
})
afterAll(() => containerd?.stop())
const runtime = () => createRuntime(containerd)

test('ctr imports the whole file: the images, and nothing else', async () => {
  const file = join(containerd.dir, 'sample.tar')
  await writeFile(file, sampleBundle({ seed: 'whole' }).file)
  await containerd.run('images', 'import', file)
  expect(await containerd.names()).toEqual(names)
  expect(await incompleteOn(runtime(), names)).toEqual([])
})

test('loading replaces older images, pins and unpacks; the second time nothing moves', async () => {
  const { file, lock } = sampleBundle({ layerSize: 300_000 })
  const bundle = await openBundle(memorySource(file))
  const first = await loadImages({ bundle, runtime: runtime(), platform })
  expect(first).toMatchObject({ loaded: names, present: [] })
  expect((await runtime().images()).filter(image => names.includes(image.name))).toEqual(
    lock.images.map(({ name, digest }) => ({ name, digest, ...ready })),
  )
  const second = await loadImages({ bundle, runtime: runtime(), platform })
  expect(second).toMatchObject({ changed: false, loaded: [], present: names, bytes: 0 })
})

test('an image pinned by digest is there under the name that the kubelet asks for', async () => {
  const { file, lock } = sampleBundle({ pinFirst: true })
  const bundle = await openBundle(memorySource(file))
  await loadImages({ bundle, runtime: runtime(), platform })
  const digest = lock.images[0]?.digest
  const found = (await runtime().images()).find(one => one.name === `docker.io/infisical/infisical@${digest}`)
  expect(found).toEqual({ name: `docker.io/infisical/infisical@${digest}`, digest, ...ready })
})

test('a damaged layer breaks the import off with the fault of the bundle', async () => {
  const { file, plan } = sampleBundle({ seed: 'damaged', layerSize: 3_000_000 })
  const layer = plan.wanted.reduce((a, b) => (b.size > a.size ? b : a))
  file[layer.offset + 9] = (file[layer.offset + 9] ?? 0) ^ 1
  const bundle = await openBundle(memorySource(file))
  await expect(loadImages({ bundle, runtime: runtime(), platform })).rejects.toMatchObject({
    code: 'BUNDLE_DAMAGED',
    message: expect.stringContaining(layer.digest),
  })
})
