import { expect, test } from 'vitest'
import { forgetReceipt, installedBundle, readReceipt, writeReceipt } from '../../../src/install/index.ts'
import { digestOf } from '../../../src/oci/index.ts'
import { memoryCluster } from '../../support/memory-cluster.ts'
import { sampleBundle } from '../../support/sample-bundle.ts'

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
  expect(await installedBundle(site)).toEqual({ name: 'sample', version: '1.0.0' })
  await forgetReceipt(site)
  expect(await installedBundle(site)).toBeUndefined()
  await expect(readReceipt(site)).rejects.toMatchObject({ code: 'NOT_INSTALLED' })
})

test('what is installed is known also when the lock in the receipt cannot be read any more', async () => {
  const site = await cluster()
  const older = { site: 'bank-prod', name: 'sample', version: '0.9.0', 'bundle.lock.yaml': 'kind: Older' }
  const metadata = { name: 'sealift-receipt', namespace: 'sealift-system' }
  await site.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: older })
  expect(await installedBundle(site)).toEqual({ name: 'sample', version: '0.9.0' })
  await expect(readReceipt(site)).rejects.toMatchObject({ code: 'LOCK_INVALID' })
})
