import { expect, test } from 'vitest'
import { keptOf, rollbackLoss, rolledBackText, upgradedText } from '../../../src/cli/upgraded-text.ts'
import { digestOf } from '../../../src/kernel/oci/index.ts'

const at = '2026-11-30T00:00:00.000Z'
const upgrade = {
  id: 'a1b2',
  from: { name: 'sample', version: '1.0.0', bundle: digestOf('old') },
  to: { name: 'sample', version: '1.1.0', bundle: digestOf('new') },
  ...{ since: at, state: 'proven' as const, at, releases: [] },
}

test('an upgrade says for how long nobody was served, and what leads back', () => {
  expect(upgradedText({ upgrade: { ...upgrade, snapshot: 'infisical_before_a1b2' }, gap: 34.2 })).toBe(
    '  upgrade  1.0.0 to 1.1.0, not served for 34.2s\n  way back database infisical_before_a1b2: sealift rollback serves it again, with the releases of before',
  )
  expect(upgradedText({ upgrade, gap: 0 })).toBe('  upgrade  1.0.0 to 1.1.0, no pod stopped')
  expect(upgradedText({ gap: 0 })).toBe('  upgrade  none: the site had this bundle')
})

test('an upgrade says how reads and Secrets went, where its archive is, and what was given up', () => {
  const text = upgradedText({
    upgrade: {
      ...upgrade,
      reads: { answered: 312, failed: 41, longestGap: 4200 },
      secrets: { compared: 12, changed: 0, lost: 0, untold: 3 },
      archive: { path: '/media/safe/bank.backup.age', digest: 'ab', bytes: 1, rehearsed: false },
      gaveUp: ['the restore was not tried'],
      kept: [{ database: 'infisical_failed_0', until: at }],
    },
    gap: 4,
  })
  expect(text.split('\n').slice(1)).toEqual([
    '  reads    312 answered, 41 failed; 4.2s the longest without an answer',
    '  secrets  0 changed, 0 lost of 12; 3 may not be read by this account',
    '  archive  /media/safe/bank.backup.age',
    '  given up the restore was not tried',
    `  kept     database infisical_failed_0, of an earlier one, until ${at}`,
  ])
})

test('a way back says what is set aside', () => {
  const step = { id: 'return-stop', title: 'Stop Infisical', detail: 'no pod is left', startedAfter: 0 }
  const text = rolledBackText({
    site: 'bank',
    steps: [{ ...step, skipped: false, milliseconds: 1500 }],
    upgrade: { ...upgrade, setAside: 'infisical_failed_a1b2' },
    seconds: 12,
  })
  expect(text).toContain('Stop Infisical')
  expect(text).toContain('bank is back on sample 1.0.0, in 12')
  expect(text).toContain('set aside  database infisical_failed_a1b2, with all that was written since')
})

test('databases that are kept are told each with its own time', () => {
  const earlier = { database: 'infisical_failed_0', until: at }
  expect(keptOf({ setAside: 'infisical_failed_1', keptUntil: '2026-12-07', kept: [earlier] })).toEqual([
    { database: 'infisical_failed_1', until: '2026-12-07' },
    earlier,
  ])
  // While it is under way nobody knows until when.
  expect(keptOf({ snapshot: 'infisical_before_1' })).toEqual([{ database: 'infisical_before_1' }])
})

test('what a way back takes is said before', () => {
  expect(rollbackLoss('bank')).toMatchObject({ name: 'bank', to: 'take back' })
})
