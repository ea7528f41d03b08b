import { expect, test } from 'vitest'
import { confirmLoss } from '../../../src/cli/confirm.ts'
import { removalLoss, removedText } from '../../../src/cli/remove-text.ts'
import { parseSite } from '../../../src/kernel/inputs/index.ts'
import { rejection } from '../site/wire/memory.ts'
import { fullSite, smallSite } from '../site/wire/sites.ts'

test('what was removed and kept is listed; an empty list is not mentioned', () => {
  expect(removedText({ removed: ['release a', 'images'], kept: ['the database'] })).toBe(
    'removed:\n  release a\n  images\nkept:\n  the database',
  )
  expect(removedText({ removed: ['release a'], kept: [] })).toBe('removed:\n  release a')
})

test('that nothing was there is said in words', () => {
  expect(removedText({ removed: [], kept: [] })).toBe('nothing was there to remove')
  expect(removedText({ removed: [], kept: ['the database'] })).toBe(
    'nothing was there to remove\nkept:\n  the database',
  )
})

const unsaid = (text: string, purge: boolean) =>
  rejection(
    confirmLoss(
      removalLoss(parseSite(text, 'site.yaml'), purge),
      { yes: false },
      new AbortController().signal,
    ),
  )

test('without --yes: what would go and stay, that nothing was done, and what to say; exit 2', async () => {
  expect(await unsaid(smallSite, false)).toMatchObject({
    code: 'USAGE',
    exitCode: 2,
    message: 'nothing was changed: to delete from bank-prod was not confirmed',
    faults: [
      'would go: the releases, the ClusterSecretStore, the credentials of ESO',
      "would stay: Dragonfly's database 0, database infisical and role infisical, the keys, the admin's login, CRDs and images, for an install to find again",
    ],
    hints: ['If you mean it: type bank-prod when asked; where nobody can type, say --yes'],
  })
})

test('with --purge it says what would be lost, and what would not', async () => {
  expect(await unsaid(smallSite, true)).toMatchObject({
    faults: [
      expect.any(String),
      "would go for ever: database infisical and role infisical, the keys, the admin's login, CRDs and images, as far as they are this site's own",
      "would stay: Dragonfly's database 0",
    ],
    hints: [expect.stringContaining('type bank-prod'), 'Without --purge the data stays.'],
  })
  expect((await unsaid(fullSite, true)).faults.slice(1)).toEqual([
    "would go for ever: Dragonfly's database 3, the keys, the admin's login, CRDs and images, as far as they are this site's own",
    'would stay: the database (database.uri)',
  ])
})
