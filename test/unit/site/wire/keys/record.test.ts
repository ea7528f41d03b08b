import { expect, test } from 'vitest'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { fileMark, noteEscrow, noteKeys, readKeysRecord } from '../../../../../src/site/wire/keys/index.ts'
import { siteCluster } from '../memory.ts'

const fingerprint = 'aaaa-bbbb-cccc-dddd'
const escrow = {
  fingerprint,
  recipients: ['age1x', 'age1y'],
  madeAt: '2026-11-29T00:00:00.000Z',
  file: fileMark('x'),
}

test('keys and escrow are noted beside each other, and only where that is news', async () => {
  const cluster = await siteCluster()
  expect(await readKeysRecord(cluster)).toEqual({})
  expect(await noteKeys(cluster, fingerprint)).toBe(true)
  expect(await noteEscrow(cluster, escrow)).toBe(true)
  expect(await readKeysRecord(cluster)).toEqual({ fingerprint, escrow })
  const before = await cluster.get(kinds.configMap, 'sealift-keys', 'sealift-system')
  expect([await noteKeys(cluster, fingerprint), await noteEscrow(cluster, escrow)]).toEqual([false, false])
  const after = await cluster.get(kinds.configMap, 'sealift-keys', 'sealift-system')
  expect(after?.metadata['resourceVersion']).toBe(before?.metadata['resourceVersion'])
  expect(await noteKeys(cluster, '0000-1111-2222-3333')).toBe(true)
  expect((await readKeysRecord(cluster)).escrow).toEqual(escrow)
})

test.each([[null], [{}], [{ keys: null, escrow: fingerprint }], [{ escrow: 1, recipients: [], madeAt: {} }]])(
  'what somebody has spoilt is not there: %j',
  async data => {
    const metadata = { name: 'sealift-keys', namespace: 'sealift-system' }
    const get = async () => ({ ...kinds.configMap, metadata, data })
    expect(await readKeysRecord({ get })).toEqual({})
  },
)
