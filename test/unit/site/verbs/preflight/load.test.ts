/** What a preflight sees of the way by which images would come. */
import { beforeEach, expect, test } from 'vitest'
import { memoryNodes } from '../../../../support/memory-nodes.ts'
import { checkOf, lookAt, outcomes, type PreflightWorld, preflightWorld } from './preflight-site.ts'

let world: PreflightWorld
beforeEach(async () => {
  world = await preflightWorld()
})

test('a machine without containerd is a fault of its own where that is the way', async () => {
  const desk = { ...world, host: { ...world.host, runtime: undefined } }
  expect(outcomes(await lookAt({ ...desk, more: 'load: { way: containerd }\n' }))).toMatchObject({
    ...{ 'load/way': 'fault', 'load/room': 'not-looked-at' },
  })
  const usual = await lookAt(desk)
  expect(checkOf(usual, 'load/way')).toMatchObject({
    ...{ result: 'ok', seen: 'by cluster: a short-lived pod on 1 node: node1' },
  })
  expect(checkOf(usual, 'load/room')).toMatchObject({
    result: 'not-looked-at',
    next: expect.stringContaining('node/disk'),
  })
})

test('K3s’s folder is looked at where that is the way', async () => {
  const found = await lookAt({ ...world, more: 'load: { way: images-dir }\n' })
  expect(checkOf(found, 'load/way')?.seen).toBe('by images-dir: 2 images to bring')
  expect(checkOf(found, 'load/room')?.seen).toMatch(/the bundle is linked|in \/var/)
})

test('a cluster that has no node for pods is a fault, through the cluster', async () => {
  const host = { ...world.host, nodes: memoryNodes({}) }
  const found = await lookAt({ ...world, host, more: 'load: { way: cluster }\n' })
  expect(checkOf(found, 'load/way')).toMatchObject({ result: 'fault', seen: 'no node may run pods' })
})

test('a disk without room for the images is a fault', async () => {
  world.runtime.free = 1
  expect(outcomes(await lookAt(world))['load/room']).toBe('fault')
})
