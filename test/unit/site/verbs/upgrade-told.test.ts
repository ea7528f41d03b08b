/** What the site's records, receipt and audit log say of an upgrade, whichever way it went. */
import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { historyParts, judgeHistory, readEntry } from '../../../../src/kernel/history/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { type SiteReceipt, siteReceipt } from '../../../../src/site/receipt/index.ts'
import { receipt } from '../../../../src/site/verbs/receipt.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { archive, rollbackOn, type UpgradeWorld, upgradeOn, upgradeWorld } from './upgrade-world.ts'

const asked = { archive, version: '9.9.9', withReceipt: true }
const site = { metadata: { name: 'bank-prod' } }
const receiptOf = async ({ host }: UpgradeWorld) =>
  siteReceipt.parse(await receipt(site, '9.9.9', host, recordedTalk()))
async function lastEnd({ cluster }: UpgradeWorld) {
  const parts = await historyParts(cluster)
  expect(judgeHistory(parts).broken).toBeUndefined()
  const ends = parts.flatMap(({ lines }) => lines.map(readEntry)).filter(entry => entry?.what === 'end')
  return ends.at(-1)
}

test('the receipt has the upgrade that brought what is installed', async () => {
  const world = await upgradeWorld()
  const { receipt: given, upgrade } = await upgradeOn(world.host, '1.1.0', recordedTalk(), asked)
  expect(given?.bundle.version).toBe('1.1.0')
  expect(given?.upgrade).toMatchObject({
    ...{ state: 'proven', from: { version: '1.0.0' }, to: { version: '1.1.0' }, gaveUp: [] },
    ...{ snapshot: upgrade?.snapshot, archive: { rehearsed: true }, after: { migrations: { count: 4 } } },
    keptUntil: new Date(Date.parse(upgrade?.at ?? '') + 7 * 24 * 3600 * 1000).toISOString(),
  })
  expect((await receiptOf(world)).upgrade).toEqual(given?.upgrade)
  expect(await lastEnd(world)).not.toHaveProperty('back')
})

test('one that came back is in the receipt of what is there again, and in the audit log', async () => {
  const world = await upgradeWorld()
  world.fate = 'fails'
  const taken: SiteReceipt[] = []
  const takeReturned = async (one: SiteReceipt) => void taken.push(siteReceipt.parse(one))
  const request = { ...asked, takeReturned }
  await expect(upgradeOn(world.host, '1.1.0', recordedTalk(), request)).rejects.toMatchObject({
    code: 'ROLLED_BACK',
  })
  const [given] = taken
  expect(given?.bundle.version).toBe('1.0.0')
  expect(given?.upgrade).toMatchObject({
    ...{ state: 'returned', why: 'helm failed while installing demo in demo' },
    setAside: expect.stringMatching(/^infisical_failed_/),
    after: { migrations: { count: 3 } },
  })
  expect((await receiptOf(world)).upgrade).toEqual(given?.upgrade)
  expect(await lastEnd(world)).toMatchObject({
    ...{ outcome: 'failed', error: { code: 'ROLLED_BACK' } },
    back: { from: '1.1.0', to: '1.0.0', bundle: given?.bundle.digest, setAside: given?.upgrade?.setAside },
  })
})

test('what looks like a secret in the fault stays out of the records and the receipt', async () => {
  const world = await upgradeWorld()
  const { upgrade } = world.helm
  world.helm.upgrade = async (...words) => {
    await upgrade(...words)
    throw new SealiftError('HELM_FAILED', 'no way to postgres://infisical:hunter2@db:5432/infisical')
  }
  await expect(upgradeOn(world.host)).rejects.toMatchObject({ code: 'ROLLED_BACK' })
  const why = 'no way to postgres://[secret]@db:5432/infisical'
  expect((await receiptOf(world)).upgrade).toMatchObject({ state: 'returned', why })
})

test('a receipt that cannot be written takes nothing from what happened', async () => {
  const world = await upgradeWorld()
  world.fate = 'fails'
  const talk = recordedTalk()
  const takeReturned = () => world.host.files.readText('nowhere').then(() => {})
  await expect(upgradeOn(world.host, '1.1.0', talk, { ...asked, takeReturned })).rejects.toMatchObject({
    code: 'ROLLED_BACK',
  })
  expect(talk.told).toContainEqual(
    expect.stringMatching(/^warning: the receipt was not written: cannot read nowhere/),
  )
})

test('a rollback is in both as well', async () => {
  const world = await upgradeWorld()
  await upgradeOn(world.host)
  const { upgrade } = await rollbackOn(world.host)
  expect(await lastEnd(world)).toMatchObject({
    ...{ outcome: 'done', back: { from: '1.1.0', to: '1.0.0', setAside: upgrade.setAside } },
  })
  const told = (await receiptOf(world)).upgrade
  expect(told).toMatchObject({ state: 'returned', why: 'asked for', after: { migrations: { count: 3 } } })
  expect(told).not.toHaveProperty('gap')
})

test('an upgrade of long ago is none of the receipt’s, and a spoilt note is untold', async () => {
  const world = await upgradeWorld()
  await upgradeOn(world.host)
  const name = { name: 'sealift-upgrade', namespace: 'sealift-system' }
  const { data } = (await world.cluster.get(kinds.configMap, name.name, name.namespace)) as unknown as {
    data: Record<string, string>
  }
  const write = (note: string) =>
    world.cluster.apply({ ...kinds.configMap, metadata: name, data: { ...data, note } })
  const note = JSON.parse(data['note'] ?? '')
  const other = { ...note.to, bundle: `sha256:${'0'.repeat(64)}` }
  await write(JSON.stringify({ ...note, from: other, to: other }))
  expect(await receiptOf(world)).not.toHaveProperty('upgrade')
  await write('{')
  const spoilt = await receiptOf(world)
  expect(spoilt).not.toHaveProperty('upgrade')
  expect(spoilt.untold).toContainEqual(expect.stringContaining('sealift-upgrade is no note of an upgrade'))
})
