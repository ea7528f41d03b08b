/** One bundle for two architectures: indexes keep their digest, each platform's layers are there, a node takes its own. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRuntime } from '../../src/adapters/containerd/index.ts'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { type Bundle, openBundle } from '../../src/bundle/layout/index.ts'
import { verifyBundle } from '../../src/bundle/verify/index.ts'
import type { BundleSource } from '../../src/kernel/ports/index.ts'
import { loadImages } from '../../src/site/load/index.ts'
import { storeBlob } from '../support/connected/blobs.ts'
import {
  asDocker,
  type Image,
  imageIndex,
  push,
  randomImage,
  startRegistry,
  type TestRegistry,
} from '../support/connected/index.ts'
import { startContainerd } from '../support/containerd.ts'
import { incompleteOn } from '../support/incomplete-on.ts'
import { aptInstall } from '../support/packages.ts'
import { type SpecOfImages, specOfImages } from '../support/spec-of-images.ts'

const platforms = ['linux/amd64', 'linux/arm64']
const names = ['docker.io/multi/docker:1', 'docker.io/multi/oci:1', 'docker.io/multi/variants:1']

let registry: TestRegistry
let spec: SpecOfImages
let file: string
let source: BundleSource
let bundle: Bundle
const digests: Record<string, string> = {}

/** The index with its platforms spelt with variants, as some tools write them. */
async function withVariants(index: Image): Promise<Image> {
  const text = (await readFile(index.manifest.path, 'utf8'))
    .replace('"architecture":"amd64"', '"architecture":"amd64","variant":"v1"')
    .replace('"architecture":"arm64"', '"architecture":"arm64","variant":"v8"')
  return { ...index, manifest: await storeBlob(text, index.manifest.mediaType) }
}

async function multi(seed: string): Promise<Image> {
  // One seed, and so the same layers for both: what platforms share is carried once.
  const of = (architecture: 'amd64' | 'arm64', own: number) =>
    randomImage({ layers: 2 + own, bytesPerLayer: 40_000, seed, architecture })
  return imageIndex({ amd64: await of('amd64', 0), arm64: await of('arm64', 1), s390x: await of('amd64', 2) })
}

beforeAll(async () => {
  await aptInstall(['skopeo'], console.log)
  registry = await startRegistry()
  const pushed = {
    oci: await multi('oci'),
    docker: await asDocker(await multi('docker')),
    variants: await withVariants(await multi('variants')),
  }
  for (const [name, index] of Object.entries(pushed)) {
    await push(registry.host, `multi/${name}`, '1', index)
    digests[`docker.io/multi/${name}:1`] = index.manifest.digest
  }
  spec = await specOfImages(registry.host, names, platforms)
  await spec.lock()
  file = await spec.build('out')
  source = await nodeFiles().openBundle(file)
  bundle = await openBundle(source)
}, 600_000)

afterAll(async () => {
  await source?.close()
  await spec?.stop()
  await registry?.stop()
})

describe('the bundle', () => {
  test('keeps the digest of every index, and has each platform that was asked for', () => {
    expect(bundle.images.map(({ name, descriptor }) => [name, descriptor.digest])).toEqual(
      names.map(name => [name, digests[name]]),
    )
    for (const { platforms: here } of bundle.images) expect([...here.keys()].sort()).toEqual(platforms)
    expect(bundle.tools.map(({ platform }) => platform)).toEqual(platforms)
  })

  test('has what platforms share once, and nothing of a platform that was not asked for', async () => {
    const { stdout } = await execa('tar', ['tf', file])
    const blobs = stdout.split('\n').filter(name => name.startsWith('blobs/sha256/') && !name.endsWith('/'))
    expect(new Set(blobs).size).toBe(blobs.length)
    for (const { platforms: here } of bundle.images) {
      const [amd64, arm64] = platforms.map(
        platform => here.get(platform)?.layers.map(({ digest }) => digest) ?? [],
      )
      expect(arm64?.slice(0, 2)).toEqual(amd64)
      expect(arm64).toHaveLength(3)
    }
  })

  test('is sound for each platform, and for no other', async () => {
    for (const platform of platforms) expect((await verifyBundle(source, { platform })).faults).toEqual([])
    const { faults } = await verifyBundle(source, { platform: 'linux/s390x' })
    expect(faults.map(({ code, message }) => [code, message])).toEqual(
      names.map(() => ['BUNDLE_WRONG_PLATFORM', 'is for linux/amd64, linux/arm64, not for linux/s390x']),
    )
  })

  test('is the same bytes when it is built again', async () => {
    await execa('cmp', [file, await spec.build('again', 8)])
  })
})

describe('other tools', () => {
  // skopeo finds nothing of Docker's own media types in an OCI layout, and knows amd64 without variants.
  test.each([
    ['docker.io/multi/oci:1', 'amd64', []],
    ['docker.io/multi/oci:1', 'arm64', []],
    ['docker.io/multi/variants:1', 'amd64', ['--override-variant', 'v1']],
    ['docker.io/multi/variants:1', 'arm64', []],
  ])('skopeo gives %s for %s', async (name, architecture, variant) => {
    const override = ['--override-arch', architecture, ...variant]
    const { stdout } = await execa('skopeo', [...override, 'inspect', `oci-archive:${file}:${name}`])
    expect(JSON.parse(stdout)).toMatchObject({ Os: 'linux', Architecture: architecture })
    const out = join(spec.dir, `${name.replaceAll(/\W/g, '-')}-${architecture}`)
    const copy = ['copy', '--insecure-policy', `oci-archive:${file}:${name}`, `dir:${out}`]
    await execa('skopeo', [...override, ...copy])
    const { layers } = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'))
    expect(layers).toHaveLength(architecture === 'amd64' ? 2 : 3)
  })

  test('ctr imports it on amd64; loading takes the node’s platform only', async () => {
    const containerd = await startContainerd()
    try {
      await containerd.run('images', 'import', '--platform', 'linux/amd64', file)
      expect(await containerd.names()).toEqual(names)
      const runtime = createRuntime(containerd)
      expect(await incompleteOn(runtime, names)).toEqual([])
      expect((await runtime.images()).map(({ name, digest }) => [name, digest])).toEqual(
        expect.arrayContaining(names.map(name => [name, digests[name]])),
      )
      await runtime.remove(names)
      const only = (platform: string) =>
        new Set(
          bundle.images.flatMap(
            image => image.platforms.get(platform)?.layers.map(({ digest }) => digest) ?? [],
          ),
        )
      const [amd64, arm64] = platforms.map(only)
      const streamed: string[] = []
      const watched: Bundle = {
        ...bundle,
        stream(digest) {
          streamed.push(digest)
          return bundle.stream(digest)
        },
      }
      const { loaded } = await loadImages({ bundle: watched, runtime, platform: 'linux/amd64' })
      expect([...loaded].sort()).toEqual(names)
      expect(streamed).toEqual(expect.arrayContaining([...(amd64 ?? [])]))
      expect(streamed.filter(digest => arm64?.has(digest as never) && !amd64?.has(digest as never))).toEqual(
        [],
      )
    } finally {
      await containerd.stop()
    }
  })
})
