/** Locks that say of an image what its index does not: edited by hand, for a lock is made of what is there. */
import { expect, test } from 'vitest'
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import { type BundleLock, parseLock, printLock } from '../../../../src/bundle/lock/index.ts'
import { type Descriptor, mediaTypes } from '../../../../src/kernel/oci/index.ts'
import { build } from '../../../../src/seal/verbs/build/index.ts'
import { lock } from '../../../../src/seal/verbs/lock.ts'
import { connectedSpec } from '../../../support/connected-spec.ts'
import { memorySource } from '../../../support/memory-files.ts'

const [amd64, arm64] = ['linux/amd64', 'linux/arm64'] as const
const repository = 'registry.test/app'
const lockPath = 'spec/bundle.lock.yaml'
type Platforms = BundleLock['images'][number]['platforms']

/** An image of two platforms and the same with other layers beside it, locked; `made` puts it under its tag. */
async function locked(made: (parts: Descriptor[]) => object[] = parts => parts, depth = 1) {
  const platforms = [amd64, arm64]
  const tools = platforms.map(platform => ({ name: 'helm', version: 'v4.3.1', platform, path: 'helm' }))
  const { files, registry, host, talk } = await connectedSpec({ changes: { platforms, tools } })
  const partsOf = (seed: string) =>
    ['amd64', 'arm64'].map(architecture => ({
      ...registry.image(repository, `${seed}-${architecture}`, architecture, [`${seed} ${architecture}`]),
      platform: { os: 'linux', architecture },
    }))
  const index = (tag: string, manifests: object[]) =>
    registry.put(repository, tag, { manifests }, mediaTypes.ociIndex)
  const lockOf = async () => {
    await lock({ specDir: 'spec', platform: amd64, budget: 'hold' }, host, talk)
    return parseLock(await files.readText(lockPath), 'it')
  }
  index('1', partsOf('other'))
  const other = (await lockOf()).images[0]?.platforms ?? {}
  let root = index('1', made(partsOf('own')))
  for (let i = 1; i < depth; i++) root = index('1', [root])
  const now = await lockOf()
  return {
    ...{ files, root, other, own: now.images[0]?.platforms ?? {} },
    async build(changed: Platforms) {
      const images = now.images.map(image => ({ ...image, platforms: changed }))
      await files.write(lockPath, printLock({ ...now, images }))
      const request = { specDir: 'spec', platform: amd64, output: 'out', concurrency: 2, epoch: 0 }
      return build(request, host, talk)
    },
  }
}

const refusal = (...faults: string[]) => ({
  code: 'LOCK_DRIFT',
  message: `the lock does not say of ${repository}:1 what its manifests do`,
  faults,
})

test.each([1, 3])('a manifest that its digest does not lead to is refused, %i indexes deep', async depth => {
  const { root, own, other, build, files } = await locked(undefined, depth)
  await expect(build({ ...own, [arm64]: other[arm64] as never })).rejects.toMatchObject(
    refusal(`${arm64}: ${other[arm64]?.manifest} is nothing that ${root.digest} leads to`),
  )
  expect(await files.exists('out/small-1.0.0.tar')).toBe(false)
  await build(own)
})

test('one that is there for another platform is refused', async () => {
  const { own, build } = await locked()
  await expect(build({ ...own, [amd64]: own[arm64] as never })).rejects.toMatchObject(
    refusal(`${amd64}: ${own[arm64]?.manifest} is for ${arm64}`),
  )
})

test('so is one beside an image that is no index', async () => {
  const { files, registry, host, talk } = await connectedSpec()
  const { digest } = registry.image(repository, '1', 'amd64', ['own'])
  await lock({ specDir: 'spec', platform: amd64, budget: 'hold' }, host, talk)
  const other = registry.image(repository, 'other', 'amd64', ['other'])
  const text = await files.readText(lockPath)
  await files.write(lockPath, text.replace(`manifest: ${digest}`, `manifest: ${other.digest}`))
  const request = { specDir: 'spec', platform: amd64, output: 'out', concurrency: 2, epoch: 0 }
  await expect(build(request, host, talk)).rejects.toMatchObject(
    refusal(`${amd64}: ${other.digest} is nothing that ${digest} leads to`),
  )
})

test('a digest that is not the one in the image’s name is refused', async () => {
  const { files, registry, host, talk, writeSpec } = await connectedSpec()
  const [own, other] = ['own', 'other'].map(seed => registry.image(repository, seed, 'amd64', [seed]).digest)
  const name = `${repository}:1@${own}`
  await writeSpec({ images: [name] })
  await lock({ specDir: 'spec', platform: amd64, budget: 'hold' }, host, talk)
  const now = parseLock(await files.readText(lockPath), 'it')
  const { platforms } = (await lockedAs(`${repository}:other`)).images.at(-1) ?? {}
  const images = now.images.map(one => (one.name === name ? { ...one, digest: other, platforms } : one))
  await files.write(lockPath, printLock({ ...now, images } as typeof now))
  const request = { specDir: 'spec', platform: amd64, output: 'out', concurrency: 2, epoch: 0 }
  await expect(build(request, host, talk)).rejects.toMatchObject({
    code: 'LOCK_DRIFT',
    faults: [`its name is of ${own}, not of ${other}`],
  })

  async function lockedAs(image: string): Promise<BundleLock> {
    await writeSpec({ images: [image] })
    await lock({ specDir: 'spec', platform: amd64, budget: 'hold' }, host, talk)
    const text = await files.readText(lockPath)
    await writeSpec({ images: [name] })
    return parseLock(text, 'it')
  }
})

test('entries that spell a variant, or no platform, are what the lock says', async () => {
  const spell = (parts: Descriptor[]) =>
    parts.map(({ platform: said, ...part }) =>
      said?.architecture === 'amd64' ? { ...part, platform: { ...said, variant: 'v1' } } : part,
    )
  const { own, build } = await locked(spell)
  await build(own)
})

test('where its index names no platforms, a swapped one is refused by whoever opens the bundle', async () => {
  const { own, build, files } = await locked(parts => parts.map(({ platform: _, ...part }) => part))
  const { path } = await build({ [amd64]: own[arm64] as never, [arm64]: own[amd64] as never })
  const source = memorySource(await files.readBytes(path))
  await expect(openBundle(source)).rejects.toMatchObject({ code: 'BUNDLE_MALFORMED' })
})
