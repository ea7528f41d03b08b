import { expect, test } from 'vitest'
import { bundleFile } from '../../../../../src/bundle/layout/index.ts'
import { absentLayers, type LockedImage } from '../../../../../src/bundle/lock/index.ts'
import { digestOf } from '../../../../../src/kernel/oci/index.ts'
import { imagesThere } from '../../../../../src/seal/verbs/build/there.ts'
import { recordedTalk } from '../../../../support/recorded-talk.ts'
import { sampleFacts, sampleNode } from '../../../../support/sample-facts.ts'

/** An image with a layer of its own for each platform. */
function image(name: string, platforms = ['linux/amd64', 'linux/arm64']): LockedImage {
  const of = (platform: string) => ({
    manifest: digestOf(`${name} ${platform}`),
    config: { digest: digestOf(`${name} ${platform} config`), size: 1 },
    layers: { [digestOf(`${name} ${platform} layer`)]: 10 },
  })
  const carried = Object.fromEntries(platforms.map(platform => [platform, of(platform)]))
  return { name: `r.io/${name}:1`, digest: digestOf(name), platforms: carried, reasons: [] }
}
const images = [image('app'), image('base')]
const has = (name: string, more: object = {}) => ({
  name: `r.io/${name}:1`,
  digest: digestOf(name),
  complete: true,
  ...more,
})
const left = (...nodes: Parameters<typeof sampleNode>[0][]) => {
  const talk = recordedTalk()
  const facts = sampleFacts({ nodes: nodes.map((node, at) => sampleNode({ name: `node${at}`, ...node })) })
  const there = imagesThere({ images }, facts, talk.reporter)
  return { layers: [...absentLayers(there, { images }).keys()], told: talk.told }
}
const layer = (name: string, platform: string) => digestOf(`${name} ${platform} layer`)

test('what the one node has is left out, for its platform alone', () => {
  expect(left({ images: [has('app')] }).layers).toEqual([layer('app', 'linux/amd64')])
})

test('what not every node has travels', () => {
  expect(left({ images: [has('app'), has('base')] }, { images: [has('app')] }).layers).toEqual([
    layer('app', 'linux/amd64'),
  ])
  expect(left({ images: [has('app')] }, { images: [] }).layers).toEqual([])
})

test('nodes of each platform are counted by themselves', () => {
  const arm = { platform: 'linux/arm64', images: [has('base')] }
  expect(left({ images: [has('app')] }, arm).layers).toEqual([
    layer('app', 'linux/amd64'),
    layer('base', 'linux/arm64'),
  ])
})

test('what is not whole, or is another image of that name, travels', () => {
  expect(left({ images: [has('app', { complete: false })] }).layers).toEqual([])
  expect(left({ images: [has('app', { digest: digestOf('other') })] }).layers).toEqual([])
})

test('it is known by the manifest of its platform, too, and by whatever name', () => {
  const other = { name: 'r.io/mirror/app:2', digest: digestOf('app linux/amd64'), complete: true }
  expect(left({ images: [other] }).layers).toEqual([layer('app', 'linux/amd64')])
})

test('what kubelet alone has named is left out with a warning', () => {
  const { name, digest } = has('app')
  const { layers, told } = left({ images: [{ name, digest }], seenBy: 'kubelet' })
  expect(layers).toHaveLength(1)
  expect(told.join()).toMatch(/what 1 node of bank-prod has is known by kubelet alone/)
})

test('the file says for which site it is', () => {
  const metadata = { name: 'infisical', version: '1.0.0' }
  expect(bundleFile({ metadata }, { site: 'bank-prod' })).toBe('infisical-1.0.0.for-bank-prod.tar')
  expect(() => bundleFile({ metadata }, { site: '../x' })).toThrow(
    expect.objectContaining({ code: 'BUNDLE_MALFORMED' }),
  )
})
