/** What a purge takes from several nodes, and what it leaves there. */
import { expect, test } from 'vitest'
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { loadArchive } from '../../../../src/site/load/index.ts'
import { eachNode } from '../../../../src/site/verbs/remove/each-node.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { memoryNodes } from '../../../support/memory-nodes.ts'
import { memoryRuntime } from '../../../support/memory-runtime.ts'
import { bundles, installOn, killed, memorySite, namesOnNode, removeFrom } from './memory-site.ts'

test('images go from the nodes that they were brought to; a node that had them keeps them, and says so', async () => {
  const site = await memorySite()
  const { file, lock } = bundles['1.0.0']
  const [one, two] = [site.runtime, memoryRuntime('amd64')]
  const bundle = await openBundle(memorySource(file))
  await two.import(loadArchive(bundle, bundle.images, 'linux/amd64'))
  const host = { ...site.host, nodes: memoryNodes({ one, two }) }
  await expect(installOn(host, '1.0.0')).rejects.toBe(killed)
  expect(await namesOnNode({ runtime: one })).toEqual(await namesOnNode({ runtime: two }))
  const { kept } = await removeFrom(host, '1.0.0', true)
  expect(await namesOnNode({ runtime: one })).toEqual([])
  expect(await namesOnNode({ runtime: two })).toEqual(lock.images.map(({ name }) => name).toSorted())
  expect(kept.filter(text => text.startsWith('image'))).toEqual(
    lock.images.map(({ name }) => `image ${name} on node two: no install is on record as having brought it`),
  )
})

test('a node that cannot be reached is told among what is left, and the others are purged', async () => {
  const [one, two] = [memoryRuntime('amd64'), memoryRuntime('amd64')]
  const nodes = memoryNodes({ one, two })
  const host = { ...(await memorySite()).host, nodes }
  const said = await eachNode(host, async (runtime, on) => {
    if (runtime === one) throw new SealiftError('LOAD_FAILED', 'refused')
    return [`image x${on}: stays`]
  })
  expect(said).toEqual(['the images on node one: refused', 'image x on node two: stays'])
  expect(nodes.closed).toBe(1)
  expect(await eachNode({ ...host, nodes: memoryNodes({}), runtime: undefined }, async () => [])).toEqual([
    'the images: no node may run pods',
  ])
})
