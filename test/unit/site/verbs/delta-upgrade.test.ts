/** A newer bundle that came as a delta: it takes the site further with what the nodes have, and needs no older bundle. */
import { expect, test } from 'vitest'
import { planBundle } from '../../../../src/bundle/layout/index.ts'
import { readSite } from '../../../../src/kernel/inputs/site-file.ts'
import { readReceipt } from '../../../../src/site/install/index.ts'
import { install } from '../../../../src/site/verbs/install/index.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { finished } from '../../../support/sample-bundle.ts'
import { layersOf } from '../../../support/sample-delta.ts'
import { bundles, installOn } from './memory-site.ts'
import { memoryWorld } from './memory-world.ts'

/** What a site with 1.0.0 on it is told of images when a file takes it to 1.1.0. */
async function upgradedBy(file: Uint8Array) {
  const { host, cluster, runtime } = await memoryWorld()
  await installOn(host, '1.0.0')
  await host.files.write('newer.tar', file)
  await host.files.write('1.0.0.tar', Buffer.from('the older bundle is gone'))
  const talk = recordedTalk()
  const site = await readSite('site.yaml', host.files)
  const allow = { unsigned: true, downgrade: false, anySite: false, takeOver: false, upgrade: true }
  await install({ bundle: 'newer.tar', site, journal: 'journal', allow }, host, talk)
  expect((await readReceipt(cluster)).lock.metadata.version).toBe('1.1.0')
  return {
    images: await runtime.images(),
    told: talk.told.filter(text => text.includes('is not in the bundle')),
  }
}

test('goes to its end as the full bundle does, every image whole, and none called not carried for a layer', async () => {
  const newer = bundles['1.1.0']
  const absent = new Set(layersOf(bundles['1.0.0']))
  const delta = finished(planBundle(newer.contents, 0, absent), newer.blobs)
  expect(delta.length).toBeLessThan(newer.file.length)
  const [full, part] = [await upgradedBy(newer.file), await upgradedBy(delta)]
  expect(part).toEqual(full)
  expect(part.images.every(({ complete, pinned, unpacked }) => complete && pinned && unpacked)).toBe(true)
})
