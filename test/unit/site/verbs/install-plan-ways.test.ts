/** A plan tells what comes by the way that the install goes, wherever that leads. */
import { beforeEach, expect, test } from 'vitest'
import { readSite } from '../../../../src/kernel/inputs/site-file.ts'
import { install, readPlan } from '../../../../src/site/verbs/install/index.ts'
import { memoryNodes } from '../../../support/memory-nodes.ts'
import { memoryRegistryPush } from '../../../support/memory-registry-push.ts'
import { memoryRuntime } from '../../../support/memory-runtime.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { planOn } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'

let world: MemoryWorld
beforeEach(async () => {
  world = await memoryWorld()
})

/** The world as it is seen from a desk: with a kubeconfig, and no containerd. */
function fromDesk() {
  const nodes = memoryNodes(
    { one: memoryRuntime('amd64'), two: memoryRuntime('amd64') },
    'linux/amd64',
    'nobody',
  )
  return { ...world.host, runtime: undefined, nodes }
}

const counted = (found: Awaited<ReturnType<typeof planOn>>) =>
  found.nodes.map(({ node, images }) => `${images.length} on ${node}`)

test('with no containerd here, and no way said, every node is planned for through the cluster', async () => {
  const host = fromDesk()
  const found = await planOn(host)
  expect([found.load, counted(found)]).toEqual(['cluster', ['2 on one', '2 on two']])
  expect(host.nodes.closed).toBe(1)
})

test('for the site’s registry it is said what that lacks, and nothing is pushed', async () => {
  const text = await world.host.files.readText('site.yaml')
  const registry = 'load: { way: registry, registry: { host: "registry.bank.example:5000" } }\n'
  await world.host.files.write('site.yaml', `${text}${registry}`)
  const push = memoryRegistryPush()
  const found = await planOn({ ...world.host, registryPush: () => push })
  expect([found.load, counted(found)]).toEqual(['registry', ['2 on registry.bank.example:5000']])
  expect(push.calls.filter(call => /^(uploaded|mounted)/.test(call))).toEqual([])
})

test('for K3s’s folder the file that it gets is said as well', async () => {
  const found = await planOn(world.host, undefined, '1.0.0', 'images-dir')
  expect([found.load, counted(found)]).toEqual(['images-dir', ['2 on this node']])
  expect(found.files).toMatchObject([{ change: 'create', kind: 'archive' }])
  expect(await world.host.imagesFolder.names()).toEqual([])
})

test('an install by another way than was planned is refused', async () => {
  await planOn(world.host, 'plan.yaml')
  const site = await readSite('site.yaml', world.host.files)
  const allow = { unsigned: true, downgrade: false, upgrade: false, anySite: false, takeOver: false }
  const plan = await readPlan('plan.yaml', world.host.files)
  const request = { bundle: '1.0.0.tar', site, journal: 'journal', allow, plan }
  await expect(install({ ...request, load: 'images-dir' }, world.host, recordedTalk())).rejects.toMatchObject(
    {
      code: 'PLAN_STALE',
      faults: expect.arrayContaining(['images would come by images-dir, the plan is for containerd']),
    },
  )
})
