/** Images of shapes that only few have, locked and built by Sealift, and loaded into both containerds. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRuntime } from '../../src/adapters/containerd/index.ts'
import { openBundle } from '../../src/bundle/layout/index.ts'
import { type Descriptor, digestOf, mediaTypes } from '../../src/kernel/oci/index.ts'
import { parseYaml, printYaml } from '../../src/kernel/yaml/index.ts'
import { build } from '../../src/seal/verbs/build/index.ts'
import { lock } from '../../src/seal/verbs/lock.ts'
import { loadImages } from '../../src/site/load/index.ts'
import { connectedSpec } from '../support/connected-spec.ts'
import { startContainerd, type TestContainerd } from '../support/containerd.ts'
import { containerdReleases } from '../support/containerd-release.ts'
import { memorySource } from '../support/memory-files.ts'
import type { MemoryRegistry } from '../support/memory-registry.ts'
import { tarOf } from '../support/sample-blobs.ts'

const platform = 'linux/amd64'
const repository = 'registry.test/app'
const on = (image: Descriptor, architecture: string) => ({
  ...image,
  platform: { os: 'linux', architecture },
})
const indexOf = (registry: MemoryRegistry, tag: string, manifests: readonly object[]) =>
  registry.put(repository, tag, { manifests }, mediaTypes.ociIndex)

/** An image that a containerd can unpack. */
function imageOf(registry: MemoryRegistry, tag: string, architecture: string): Descriptor {
  const tar = tarOf({ file: `${tag} ${architecture}` })
  const rootfs = { type: 'layers', diff_ids: [digestOf(tar)] }
  const config = JSON.stringify({ os: 'linux', architecture, config: {}, rootfs })
  return registry.put(repository, tag, {
    config: registry.blobOf(config, 'application/vnd.oci.image.config.v1+json'),
    layers: [registry.blobOf(gzipSync(tar), 'application/vnd.oci.image.layer.v1.tar+gzip')],
  })
}

const shapes: Record<string, (registry: MemoryRegistry) => Descriptor> = {
  'in an index in an index': registry =>
    indexOf(registry, '1', [indexOf(registry, 'inner', [on(imageOf(registry, 'i', 'amd64'), 'amd64')])]),
  'that its index names twice': registry => {
    const image = on(imageOf(registry, 'twice', 'amd64'), 'amd64')
    return indexOf(registry, '1', [image, image])
  },
  'in an index for its platform': registry => {
    const [inner, other] = ['amd64', 's390x'].map(one =>
      indexOf(registry, one, [imageOf(registry, one, one)]),
    )
    return indexOf(registry, '1', [on(other as Descriptor, 's390x'), on(inner as Descriptor, 'amd64')])
  },
  'without a platform': registry =>
    indexOf(registry, '1', [imageOf(registry, 'a', 'amd64'), imageOf(registry, 'b', 's390x')]),
  'beside a note, a 386 and another way to pack it': registry => {
    const note = registry.put(repository, 'note', {
      config: registry.blobOf('{}', mediaTypes.ociEmpty),
      layers: [registry.blobOf('a note', 'text/plain')],
    })
    const [image, older, slow] = [
      on(imageOf(registry, 'image', 'amd64'), 'amd64'),
      on(imageOf(registry, 'older', '386'), '386'),
      on(imageOf(registry, 'slow', 'amd64'), 'amd64'),
    ]
    return indexOf(registry, '1', [note, image, older, slow])
  },
}

describe.each(containerdReleases)('a containerd $version', ({ major }) => {
  let containerd: TestContainerd
  beforeAll(async () => {
    containerd = await startContainerd(major)
  })
  afterAll(() => containerd?.stop())

  test.each(Object.entries(shapes))('takes an image %s, by its tag and by its digest', async (_, make) => {
    const { files, registry, host, talk } = await connectedSpec()
    const { digest } = make(registry)
    const pinned = `${repository}:1@${digest}`
    const spec = await files.readText('spec/bundle.yaml')
    await files.write('spec/bundle.yaml', `${spec}images:\n  - ${pinned}\n`)
    await lock({ specDir: 'spec', platform, budget: 'hold' }, host, talk)
    const request = { specDir: 'spec', platform, output: 'out', concurrency: 2, epoch: 0 }
    const { path } = await build(request, host, talk)
    const bundle = await openBundle(memorySource(await files.readBytes(path)))
    const runtime = createRuntime(containerd)
    const names = [`${repository}:1`, pinned, `${repository}@${digest}`]
    expect((await loadImages({ bundle, runtime, platform })).changed).toBe(true)
    expect((await runtime.images()).filter(({ name }) => names.includes(name))).toEqual(
      names.sort().map(name => ({
        ...{ name, digest, pinned: true, complete: true, brought: true },
        unpacked: true,
      })),
    )
    expect((await loadImages({ bundle, runtime, platform })).changed).toBe(false)
  })

  test('an image of which only another processor’s part is there counts as missing, and is brought', async () => {
    const { files, registry, host, talk } = await connectedSpec()
    const parts = ['amd64', 'arm64'].map(one => on(imageOf(registry, `part ${major} ${one}`, one), one))
    const { digest } = indexOf(registry, '1', parts)
    const spec = await files.readText('spec/bundle.yaml')
    const { tools, ...rest } = parseYaml(spec) as { tools: object[] }
    const platforms = [platform, 'linux/arm64']
    const both = platforms.map(one => ({ ...tools[0], platform: one }))
    await files.write('spec/bundle.yaml', printYaml({ ...rest, platforms, tools: both }))
    await lock({ specDir: 'spec', platform, budget: 'hold' }, host, talk)
    const request = { specDir: 'spec', platform, output: 'out', concurrency: 2, epoch: 0 }
    const bytes = await files.readBytes((await build(request, host, talk)).path)
    const file = join(containerd.dir, 'both.tar')
    await writeFile(file, bytes)
    await containerd.run('images', 'import', '--no-unpack', '--platform', 'linux/arm64', file)
    const runtime = createRuntime(containerd)
    const name = `${repository}:1`
    // Ends with a collection of what no image needs: this processor's part.
    await containerd.run('images', 'tag', name, `${name}-again`)
    await containerd.run('images', 'rm', '--sync', `${name}-again`)
    const there = async () => (await runtime.images()).find(one => one.name === name)
    expect(await there()).toMatchObject({ digest, complete: false })
    const bundle = await openBundle(memorySource(bytes))
    expect((await loadImages({ bundle, runtime, platform })).loaded).toEqual([name])
    expect(await there()).toMatchObject({ digest, complete: true, unpacked: true, pinned: true })
  })
})
