import { describe, expect, test } from 'vitest'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import {
  broughtImages,
  closeReceipt,
  installedBundle,
  noteBegun,
  noteBrought,
  readReceipt,
  receiptName,
  writeReceipt,
} from '../../../../src/site/install/index.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'

const { lock } = sampleBundle()

async function cluster() {
  const made = memoryCluster()
  await made.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sealift-system' } })
  return made
}

test.each(['unsigned', digestOf('key')] as const)('a receipt is read as it was written: %s', async key => {
  const site = await cluster()
  const receipt = { site: 'bank-prod', bundle: digestOf('bundle'), at: '2026-11-25T00:00:00.000Z', key, lock }
  await writeReceipt(site, receipt)
  expect(await readReceipt(site)).toEqual(receipt)
  expect(await installedBundle(site)).toMatchObject({ name: 'sample', version: '1.0.0' })
  await site.delete(kinds.configMap, receiptName, 'sealift-system')
  expect(await installedBundle(site)).toBeUndefined()
  await expect(readReceipt(site)).rejects.toMatchObject({ code: 'NOT_INSTALLED' })
})

test('a removed bundle is not installed any more, and what it was is known until its data goes too', async () => {
  const site = await cluster()
  const at = '2026-11-25T00:00:00.000Z'
  const receipt = { site: 'bank-prod', bundle: digestOf('bundle'), at, key: 'unsigned' as const, lock }
  await closeReceipt(site, at) // nothing was ever installed to the end
  expect(await installedBundle(site)).toBeUndefined()
  await writeReceipt(site, receipt)
  for (const again of [at, '2026-12-01T00:00:00.000Z']) await closeReceipt(site, again)
  expect(await installedBundle(site)).toMatchObject({ name: 'sample', version: '1.0.0', removed: at })
  await expect(readReceipt(site)).rejects.toMatchObject({
    code: 'NOT_INSTALLED',
    message: `sample 1.0.0 was removed from this cluster at ${at}`,
  })
  await writeReceipt(site, receipt)
  expect(await readReceipt(site)).toEqual(receipt)
  expect(await installedBundle(site)).toMatchObject({ name: 'sample', version: '1.0.0' })
})

test.each([{ bundle: 'sha256:short' }, { key: 'somebody' }])(
  'a receipt that says %j is none',
  async change => {
    const site = await cluster()
    const at = '2026-11-25T00:00:00.000Z'
    await writeReceipt(site, { site: 'bank-prod', bundle: digestOf('bundle'), at, key: 'unsigned', lock })
    const found = await site.get(kinds.configMap, receiptName, 'sealift-system')
    const data = { ...(found?.['data'] as object), ...change }
    await site.apply({
      ...kinds.configMap,
      metadata: { name: receiptName, namespace: 'sealift-system' },
      data,
    })
    await expect(readReceipt(site)).rejects.toMatchObject({
      code: 'LOCK_INVALID',
      message: 'ConfigMap sealift-system/sealift-receipt is no receipt of Sealift',
      faults: [expect.stringContaining(Object.keys(change)[0] ?? '')],
    })
  },
)

test('what is installed is known also when the lock in the receipt cannot be read any more', async () => {
  const site = await cluster()
  const older = { site: 'bank-prod', name: 'sample', version: '0.9.0', 'bundle.lock.yaml': 'kind: Older' }
  const metadata = { name: 'sealift-receipt', namespace: 'sealift-system' }
  await site.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: older })
  expect(await installedBundle(site)).toMatchObject({ name: 'sample', version: '0.9.0' })
  await expect(readReceipt(site)).rejects.toMatchObject({ code: 'LOCK_INVALID' })
})

describe('what was begun', () => {
  const at = '2026-11-25T00:00:00.000Z'
  const receipt = { site: 'bank-prod', bundle: digestOf('bundle'), at, key: 'unsigned' as const, lock }
  const newer = { name: 'sample', version: '1.1.0' }
  const notInstalled = {
    code: 'NOT_INSTALLED',
    message: 'Sealift has installed nothing on this cluster, or not to the end',
  }

  test('is not installed, and is what the database may be', async () => {
    const site = await cluster()
    await noteBegun(site, newer, 'bank-prod')
    await expect(readReceipt(site)).rejects.toMatchObject(notInstalled)
    expect(await installedBundle(site)).toMatchObject({ ...newer, begun: true })
  })

  test('stands beside what is installed until it is at its end', async () => {
    const site = await cluster()
    await writeReceipt(site, receipt)
    await noteBegun(site, newer, 'bank-prod')
    await noteBegun(site, newer, 'bank-prod')
    expect(await readReceipt(site)).toEqual(receipt)
    expect(await installedBundle(site)).toMatchObject({ ...newer, begun: true })
    await writeReceipt(site, { ...receipt, lock: { ...lock, metadata: newer } })
    expect(await installedBundle(site)).toMatchObject(newer)
  })

  test('is what was removed, whatever was installed or removed before', async () => {
    const site = await cluster()
    for (const before of [
      async () => site.delete(kinds.configMap, receiptName, 'sealift-system'),
      async () => writeReceipt(site, receipt),
      async () => closeReceipt(site, at),
    ]) {
      await before()
      await noteBegun(site, newer, 'bank-prod')
      const removed = '2026-12-01T00:00:00.000Z'
      await closeReceipt(site, removed)
      expect(await installedBundle(site)).toMatchObject({ ...newer, removed })
      await expect(readReceipt(site)).rejects.toMatchObject({
        code: 'NOT_INSTALLED',
        message: `sample 1.1.0 was removed from this cluster at ${removed}`,
      })
    }
  })

  test('over what was removed leaves that told as removed, and is what counts', async () => {
    const site = await cluster()
    await writeReceipt(site, receipt)
    await closeReceipt(site, at)
    await noteBegun(site, newer, 'bank-prod')
    await expect(readReceipt(site)).rejects.toMatchObject({
      message: expect.stringContaining('1.0.0 was removed'),
    })
    expect(await installedBundle(site)).toMatchObject({ ...newer, begun: true })
  })
})

test('what steps note side by side is all there, whoever was first, and one that fails holds nobody up', async () => {
  const site = await cluster()
  const image = (name: string) => ({ name, digest: digestOf(name) })
  const { apply } = site
  let calls = 0
  site.apply = async object => {
    if (++calls === 2) throw new Error('no answer')
    return apply(object)
  }
  const notes = await Promise.allSettled([
    noteBrought(site, [image('a')]),
    noteBrought(site, [image('b')]),
    noteBegun(site, { name: 'sample', version: '1.0.0' }, 'bank-prod'),
    noteBrought(site, [image('c')]),
  ])
  expect(notes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(await broughtImages(site)).toEqual([image('a'), image('c')])
  expect(await installedBundle(site)).toMatchObject({ begun: true })
})
