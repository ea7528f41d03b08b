import { expect, test } from 'vitest'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import {
  closeReceipt,
  type Receipt,
  readReceipt,
  receiptName,
  writeReceipt,
} from '../../../../src/site/install/index.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'

const { lock } = sampleBundle()
const first = '2026-11-25T00:00:00.000Z'
const later = '2026-11-26T00:00:00.000Z'
const receipt = { site: 'bank-prod', bundle: digestOf('bundle'), at: first, key: 'unsigned' as const, lock }
const step = (id: string, skipped: boolean) => ({
  ...{ id, title: id, skipped, detail: '', startedAfter: 0, milliseconds: 1 },
})
const runOf = (started: string, ...steps: ReturnType<typeof step>[]) => ({
  ...{ by: 'root@node1', sealift: '0.1.0', started, steps },
})

async function cluster() {
  const made = memoryCluster()
  await made.apply({ ...kinds.namespace, metadata: { name: 'sealift-system' } })
  return made
}

async function receiptAfter(...written: readonly Receipt[]) {
  const site = await cluster()
  for (const one of written) await writeReceipt(site, one)
  return readReceipt(site)
}

test('a run is read as it was written', async () => {
  const run = runOf(first, step('images', false), step('proof', false))
  expect(await receiptAfter({ ...receipt, run })).toEqual({ ...receipt, run })
})

test('a rerun that only proves again leaves the run that has changed something', async () => {
  const run = runOf(first, step('images', false))
  const again = runOf(later, step('images', true), step('proof', false))
  const found = await receiptAfter({ ...receipt, run }, { ...receipt, at: later, run: again })
  expect(found).toEqual({ ...receipt, run })
})

test('a rerun that mends something is the run from then on, and the first proof stays', async () => {
  const run = runOf(first, step('images', false))
  const again = runOf(later, step('images', false), step('proof', false))
  const found = await receiptAfter({ ...receipt, run }, { ...receipt, at: later, run: again })
  expect(found).toEqual({ ...receipt, run: again })
})

test('another bundle is proven when it was, by its own run', async () => {
  const next = { ...receipt, bundle: digestOf('next'), at: later, run: runOf(later, step('images', true)) }
  expect(await receiptAfter({ ...receipt, run: runOf(first, step('images', false)) }, next)).toEqual(next)
})

test('what an older Sealift wrote is no other receipt, and gets no run from a rerun that changes nothing', async () => {
  const again = runOf(later, step('images', true), step('proof', false))
  expect(await receiptAfter(receipt, { ...receipt, at: later, run: again })).toEqual(receipt)
})

test.each(['', '{', 'null', '{"started":"yesterday","steps":[]}', '{"started":7,"steps":[{}]}'])(
  'a run that says %j is none, and the receipt is one all the same',
  async run => {
    const site = await cluster()
    await writeReceipt(site, receipt)
    const found = await site.get(kinds.configMap, receiptName, 'sealift-system')
    const metadata = { name: receiptName, namespace: 'sealift-system' }
    await site.apply({ ...kinds.configMap, metadata, data: { ...(found?.['data'] as object), run } })
    expect(await readReceipt(site)).toEqual(receipt)
  },
)

test('after a removal and another install the run is that of the install', async () => {
  const site = await cluster()
  await writeReceipt(site, { ...receipt, run: runOf(first, step('images', false)) })
  await closeReceipt(site, first)
  const next = { ...receipt, at: later, run: runOf(later, step('images', true)) }
  await writeReceipt(site, next)
  expect(await readReceipt(site)).toEqual(next)
})
