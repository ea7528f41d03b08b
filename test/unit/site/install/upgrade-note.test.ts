import { beforeEach, expect, test } from 'vitest'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import {
  beginUpgrade,
  noteUpgrade,
  readUpgrade,
  returnReceipt,
  type UpgradeNote,
} from '../../../../src/site/install/index.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'

const at = '2026-11-30T00:00:00.000Z'
const note: UpgradeNote = {
  id: 'a1b2',
  from: { name: 'sample', version: '1.0.0', bundle: digestOf('old') },
  to: { name: 'sample', version: '1.1.0', bundle: digestOf('new') },
  ...{ since: at, state: 'begun', at },
  releases: [{ release: 'demo', namespace: 'demo', revision: 3 }],
}
const system = 'sealift-system'
const receipt = (data: Record<string, string>) => ({
  ...kinds.configMap,
  metadata: { name: 'sealift-receipt', namespace: system },
  data,
})
let cluster: MemoryCluster
beforeEach(async () => {
  cluster = memoryCluster()
  await cluster.apply({ ...kinds.namespace, metadata: { name: system } })
})

test('what was noted is read, and what changes is noted over it', async () => {
  expect(await readUpgrade(cluster)).toBeUndefined()
  await beginUpgrade(cluster, note)
  expect(await readUpgrade(cluster)).toEqual(note)
  await noteUpgrade(cluster, note, { snapshot: 'infisical_before_a1b2' })
  expect(await readUpgrade(cluster)).toEqual({ ...note, snapshot: 'infisical_before_a1b2' })
})

test('the receipt of before comes back, with what was brought since', async () => {
  await cluster.apply(receipt({ name: 'sample', version: '1.0.0', images: 'r.io/a:1 sha256:1' }))
  await beginUpgrade(cluster, note)
  const images = 'r.io/a:1 sha256:1\nr.io/a:2 sha256:2'
  await cluster.apply(
    receipt({ name: 'sample', version: '1.0.0', begunName: 'sample', begunVersion: '1.1.0', images }),
  )
  // A change of the note keeps it.
  await noteUpgrade(cluster, note, { state: 'returning' })
  await returnReceipt(cluster)
  const found = await cluster.get(kinds.configMap, 'sealift-receipt', system)
  expect(found?.['data']).toEqual({ name: 'sample', version: '1.0.0', images })
})

const spoilt = [
  { release: '--debug', namespace: 'demo', revision: 3 },
  { release: 'demo', namespace: '-x', revision: 3 },
].map(one => JSON.stringify({ ...note, releases: [one] }))

test.each(['', 'null', '{"id":"a; DROP"}', '{', ...spoilt])(
  'a note that somebody has spoilt is none that is gone by: %j',
  async text => {
    const metadata = { name: 'sealift-upgrade', namespace: system }
    await cluster.apply({ ...kinds.configMap, metadata, data: { note: text } })
    await expect(readUpgrade(cluster)).rejects.toMatchObject({
      code: 'LOCK_INVALID',
      message: 'ConfigMap sealift-system/sealift-upgrade is no note of an upgrade',
    })
  },
)
