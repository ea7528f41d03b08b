/** A delta at a site: refused before the first change where its base is not there, and let on where it is. */
import { expect, test } from 'vitest'
import { clock, random } from '../../../../src/adapters/clock.ts'
import { openBundle, specTitle } from '../../../../src/bundle/layout/index.ts'
import { readSite } from '../../../../src/kernel/inputs/site-file.ts'
import type { SiteHost } from '../../../../src/kernel/ports/index.ts'
import { loadImages } from '../../../../src/site/load/index.ts'
import { install } from '../../../../src/site/verbs/install/index.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'
import { memoryFiles, memorySource } from '../../../support/memory-files.ts'
import { memoryImagesFolder } from '../../../support/memory-images-folder.ts'
import { memoryIssuers } from '../../../support/memory-issuers.ts'
import { memoryNodes } from '../../../support/memory-nodes.ts'
import { noPrograms } from '../../../support/memory-programs.ts'
import { type MemoryRuntime, memoryRuntime } from '../../../support/memory-runtime.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleDelta } from '../../../support/sample-delta.ts'
import { shippedManifest } from '../../../support/shipped-manifest.ts'
import { smallSite } from '../wire/sites.ts'

const platform = 'linux/amd64'
const spec = `
apiVersion: sealift.dev/v1
kind: Bundle
metadata: { name: sample, version: 1.0.0 }
kubernetes: 1.36.0
charts:
  - { name: demo, path: demo, version: 1.2.3, release: demo, namespace: demo, wire: infisical }
  - { name: eso, path: eso, version: 1.2.3, release: eso, namespace: eso, wire: external-secrets }
budget: { memory: 640Mi, cpu: 300m }
`
const { older, delta, absent } = sampleDelta({
  contents: whole => ({
    ...whole,
    files: whole.files.map(file => (file.title === specTitle ? { ...file, bytes: Buffer.from(spec) } : file)),
  }),
})
const notReached = new Error('PostgreSQL was looked at')

async function site(second?: MemoryRuntime) {
  const files = memoryFiles()
  await files.write('delta.tar', delta)
  await files.write('site.yaml', `${smallSite}escrow: none\n`)
  const cluster = memoryCluster()
  const runtime = memoryRuntime('amd64')
  const talk = recordedTalk()
  const host: SiteHost = {
    files,
    cluster: { ...cluster, forwardService: () => Promise.reject(notReached) },
    runtime,
    nodes: memoryNodes({ node1: runtime, ...(second ? { node2: second } : {}) }),
    imagesFolder: memoryImagesFolder(runtime, files.readBytes),
    registryPush: () => {
      throw new Error('nothing is pushed here')
    },
    programs: noPrograms,
    database: { open: () => Promise.reject(notReached) },
    cache: { open: () => Promise.reject(notReached) },
    infisical: () => {
      throw notReached
    },
    helmFrom: () => Promise.reject(notReached),
    clock,
    random,
    issuers: memoryIssuers(),
    platform,
    operator: 'root@node1, process 1',
    manifests: shippedManifest,
  }
  const allow = { unsigned: true, downgrade: false, upgrade: false, anySite: false, takeOver: false }
  const request = { bundle: 'delta.tar', site: await readSite('site.yaml', files), journal: 'journal', allow }
  return { cluster, runtime, steps: talk.steps, files, run: () => install(request, host, talk) }
}

test('is refused where its base is not there, every layer named; nothing has changed', async () => {
  const { cluster, runtime, files, run } = await site()
  const before = cluster.objects()
  await expect(run()).rejects.toMatchObject({
    code: 'BASE_MISSING',
    message: expect.stringContaining("in this node's containerd"),
    faults: { length: absent.length },
    hints: [expect.stringContaining('full bundle'), expect.stringContaining('discard_unpacked_layers')],
  })
  expect(cluster.objects()).toEqual(before)
  expect(runtime.bytesRead).toBe(0)
  expect(await files.exists('journal')).toBe(false)
})

test('goes on where the older bundle was loaded', async () => {
  const { runtime, steps, run } = await site()
  await loadImages({ bundle: await openBundle(memorySource(older.file)), runtime, platform })
  await expect(run()).rejects.not.toMatchObject({ code: 'BASE_MISSING' })
  expect(steps.slice(0, 5).sort()).toEqual([
    'Look at PostgreSQL and Dragonfly',
    'Look at the cluster',
    'Look at the room for images',
    'Look at what the delta builds on',
    'Verify delta.tar',
  ])
})

test('of two nodes both must have it: the one that has not is named, and neither is touched', async () => {
  const second = memoryRuntime('amd64')
  const { cluster, runtime, files, run } = await site(second)
  const bundle = await openBundle(memorySource(older.file))
  await loadImages({ bundle, runtime, platform })
  const [before, read] = [cluster.objects(), runtime.bytesRead]
  await expect(run()).rejects.toMatchObject({
    code: 'BASE_MISSING',
    message: expect.stringMatching(/^node node2: /),
    faults: { length: absent.length },
  })
  expect(cluster.objects()).toEqual(before)
  expect([runtime.bytesRead, second.bytesRead, await files.exists('journal')]).toEqual([read, 0, false])
  await loadImages({ bundle, runtime: second, platform })
  await expect(run()).rejects.not.toMatchObject({ code: 'BASE_MISSING' })
})
