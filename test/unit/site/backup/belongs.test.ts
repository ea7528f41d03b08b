import { expect, test } from 'vitest'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { refuseOtherKeys, refuseOtherSite } from '../../../../src/site/backup/belongs.ts'
import { makeKeys } from '../../../../src/site/wire/index.ts'
import { putKeysBack } from '../../../../src/site/wire/keys/index.ts'
import { escrow } from '../wire/escrow/escrows.ts'
import { siteCluster } from '../wire/memory.ts'
import { smallSite } from '../wire/sites.ts'
import { about } from './archives.ts'

const archive = { path: 'x.age', escrow }

test('one with the keys that are here is taken, and so is any where there are none', async () => {
  const cluster = await siteCluster()
  await refuseOtherKeys(archive, cluster, 'infisical')
  await putKeysBack(cluster, undefined, escrow.keys)
  await refuseOtherKeys(archive, cluster, 'infisical')
})

test.each(['encryptionKey', 'authSecret'] as const)('one with another %s is refused', async key => {
  const cluster = await siteCluster()
  const other = makeKeys({ bytes: length => new Uint8Array(length).fill(7) })
  await putKeysBack(cluster, undefined, { ...escrow.keys, [key]: other[key] })
  const refused = expect(refuseOtherKeys(archive, cluster, 'infisical')).rejects
  await refused.toMatchObject({
    code: 'FOREIGN_INSTALL',
    message: expect.stringContaining(`x.age has other keys in it (fingerprint ${escrow.fingerprint})`),
    hints: [expect.stringContaining('nothing of this one was sent to PostgreSQL')],
  })
  await refused.not.toMatchObject({ message: expect.stringContaining(other[key].reveal()) })
})

test('one of another site is refused with both names', () => {
  const site = parseSite(smallSite, 'site.yaml')
  refuseOtherSite({ about }, { site, path: 'x.age' })
  const other = { about: { ...about, site: 'bank-test' } }
  expect(() => refuseOtherSite(other, { site, path: 'x.age' })).toThrow(/bank-test.*bank-prod/)
})
