/** What a removal takes of what other bundles brought, and which bundle it is refused with. */
import { beforeEach, describe, expect, test } from 'vitest'
import { noteBegun, writeReceipt } from '../../../src/install/index.ts'
import { digestOf } from '../../../src/oci/index.ts'
import { bundles, installOn, killed, type MemorySite, memorySite, removeFrom } from './memory-site.ts'

let site: MemorySite

beforeEach(async () => {
  site = await memorySite()
  await expect(installOn(site.host, '1.0.0')).rejects.toBe(killed)
})

describe('with another bundle than the one that is here', () => {
  test.each([false, true])('is refused, whether data goes or not (%s), and changes nothing', async purge => {
    await noteBegun(site.cluster, { name: 'other', version: '1.0.0' })
    await expect(removeFrom(site.host, '1.0.0', purge)).rejects.toMatchObject({
      code: 'FOREIGN_INSTALL',
      message: 'other 1.0.0 was begun here and did not come to its end, and this bundle is sample 1.0.0',
    })
    expect((await site.runtime.images()).map(({ name }) => name)).toEqual(
      bundles['1.0.0'].lock.images.map(({ name }) => name),
    )
  })
})

describe('the images that a purge takes', () => {
  const [first, ...rest] = bundles['1.0.0'].lock.images
  if (first === undefined) throw new Error('the sample bundle has images')
  const old = { ...first, name: 'docker.io/sample/old:1', digest: digestOf('old') }
  const taken: string[] = []

  /** Purges with the newer bundle where the older one is installed, which had one more image; gives what went. */
  async function purged(oldDigest: typeof old.digest) {
    const lock = { ...bundles['1.0.0'].lock, images: [old, first as typeof old, ...rest] }
    const at = '2026-11-29T00:00:00.000Z'
    await writeReceipt(site.cluster, { site: 'bank-prod', bundle: digestOf('1'), at, key: 'unsigned', lock })
    taken.length = 0
    const runtime = {
      ...site.runtime,
      images: async () => [
        { name: old.name, digest: oldDigest, pinned: true },
        ...(await site.runtime.images()),
      ],
      remove: async (names: readonly string[]) => void taken.push(...names),
    }
    await removeFrom({ ...site.host, runtime }, '1.1.0', true)
    return taken.sort()
  }
  const names = bundles['1.1.0'].lock.images.map(({ name }) => name)

  test('are those of the bundle that is installed as well', async () => {
    expect(await purged(old.digest)).toEqual([old.name, ...names].sort())
  })

  test('are not those that others have loaded under the same name', async () => {
    expect(await purged(digestOf('theirs'))).toEqual(names.sort())
  })
})
