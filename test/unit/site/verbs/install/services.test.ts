import { expect, test } from 'vitest'
import { openBundle } from '../../../../../src/bundle/layout/index.ts'
import { parseSite } from '../../../../../src/kernel/inputs/index.ts'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { wireServices } from '../../../../../src/site/verbs/install/services.ts'
import { wiredCharts } from '../../../../../src/site/wire/wired.ts'
import { recordedTalk } from '../../../../support/recorded-talk.ts'
import { secretIn } from '../../wire/memory.ts'
import { memorySite } from '../memory-site.ts'

/** Wires a site whose Infisical has a memory limit in Mi; gives its environment and what was told. */
async function wiredWith(limit: number, more = '') {
  const { cluster, host } = await memorySite()
  for (const name of ['demo', 'sealift-system'])
    await cluster.apply({ ...kinds.namespace, metadata: { name } })
  const opened = await openBundle(await host.files.openBundle('1.0.0.tar'))
  const share = { chart: 'demo', object: 'Deployment/x', container: 'main', replicas: 1, memory: 1, cpu: 1 }
  const containers = [{ ...share, init: false, memoryLimit: limit * 2 ** 20 }]
  const lock = { ...opened.lock, budget: { ...opened.lock.budget, containers } }
  const site = parseSite(`${await host.files.readText('site.yaml')}${more}`, 'site.yaml')
  const talk = recordedTalk()
  const wiring = { bundle: { ...opened, lock }, site, wired: wiredCharts(opened), host, talk }
  await wireServices({ ...wiring, takeOver: false, begin: async () => {} })
  return { environment: await secretIn(cluster, 'demo', 'infisical-secrets'), told: talk.told }
}

test('Infisical gets what saves memory, by the limit of its container', async () => {
  const { environment, told } = await wiredWith(1000)
  expect(environment).toMatchObject({
    NODE_OPTIONS: expect.stringMatching(/^--max-old-space-size=520 .*setSourceMapsEnabled\(false\)$/),
    MALLOC_ARENA_MAX: '1',
  })
  expect(told.join()).not.toContain('memory limit')
})

test('site.yaml turns it back, and names another heap', async () => {
  const { environment } = await wiredWith(1000, 'memory: { saving: false }\n')
  expect(environment).toMatchObject({ NODE_OPTIONS: '--max-old-space-size=768' })
  expect(environment).not.toHaveProperty('MALLOC_ARENA_MAX')
  const own = await wiredWith(512, 'memory: { saving: false, heapMiB: 400 }\n')
  expect(own.environment).toMatchObject({ NODE_OPTIONS: '--max-old-space-size=400' })
  expect(own.told.join()).not.toContain('memory limit')
})

test('a limit that is too small is told of', async () => {
  expect((await wiredWith(512)).told.join()).toContain('a memory limit of 512Mi is likely too small')
})
