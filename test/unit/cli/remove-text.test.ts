import { expect, test } from 'vitest'
import { removedText, unsaidRemoval } from '../../../src/cli/remove-text.ts'
import { parseSite } from '../../../src/kernel/inputs/index.ts'
import { fullSite, smallSite } from '../site/wire/sites.ts'

test('what was removed and kept is listed; an empty list is not mentioned', () => {
  expect(removedText({ removed: ['release a', 'images'], kept: ['the database'] })).toBe(
    'removed:\n  release a\n  images\nkept:\n  the database',
  )
  expect(removedText({ removed: ['release a'], kept: [] })).toBe('removed:\n  release a')
})

const unsaid = (text: string, purge: boolean) =>
  unsaidRemoval({ bundle: 'a.tar', siteFile: 'site.yaml', site: parseSite(text, 'site.yaml'), purge })

test('without --yes: what would go and stay, that nothing was done, and the words to say; exit 2', () => {
  expect(unsaid(smallSite, false)).toMatchObject({
    code: 'USAGE',
    exitCode: 2,
    message: 'nothing was removed from bank-prod: --yes was not given',
    faults: [
      'would go: the releases, the ClusterSecretStore, the credentials of ESO',
      "would stay, for an install to find again: Dragonfly's database 0, database infisical and role infisical, the keys, the admin's login, CRDs and images",
    ],
    hints: ['If you mean it: sealift remove a.tar -c site.yaml --yes'],
  })
})

test('with --purge it says what would be lost, and what would not', () => {
  expect(unsaid(smallSite, true)).toMatchObject({
    faults: [
      expect.any(String),
      "would go for ever, as far as it is this site's own: database infisical and role infisical, the keys, the admin's login, CRDs and images",
      "would stay: Dragonfly's database 0",
    ],
    hints: [
      'If you mean it: sealift remove a.tar -c site.yaml --purge --yes',
      'Without --purge the data stays.',
    ],
  })
  expect(unsaid(fullSite, true).faults.slice(1)).toEqual([
    "would go for ever, as far as it is this site's own: Dragonfly's database 3, the keys, the admin's login, CRDs and images",
    'would stay: the database (database.uri)',
  ])
})
