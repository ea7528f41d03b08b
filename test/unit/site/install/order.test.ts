import { describe, expect, test } from 'vitest'
import { refuseDowngrade, refuseWrongSite } from '../../../../src/site/install/index.ts'

const named = (version: string, name = 'infisical') => ({ name, version })
const over = (here: string, next: string, allowed = false) =>
  refuseDowngrade(named(here), named(next), allowed)
const refused = (code: string) => expect.objectContaining({ code })

describe('a bundle over what is installed', () => {
  test('anything goes on a fresh site', () => {
    expect(() => refuseDowngrade(undefined, named('0.0.1'), false)).not.toThrow()
  })

  test.each([
    ['1.0.0', '1.0.0'],
    ['1.0.0', '1.0.1'],
    ['1.9.0', '1.10.0'],
    ['1.0.0-rc.2', '1.0.0'],
    ['1.0.0-rc.2', '1.0.0-rc.10'],
    ['1.0.0+2', '1.0.0+10'],
    ['v1.0.0', '1.0.0'],
    ['2026-11', '2026-11'],
  ])('%s, then %s', (here, next) => {
    expect(() => over(here, next)).not.toThrow()
  })

  test.each([
    ['1.0.1', '1.0.0'],
    ['1.10.0', '1.9.9'],
    ['1.0.0', '1.0.0-rc.1'],
    ['1.0.0+10', '1.0.0+2'],
    ['2026-11', '2026-12'],
    ['1.0.0', 'latest'],
    ['latest', '2.0.0'],
  ])('%s, then %s: only when it is said', (here, next) => {
    expect(() => over(here, next)).toThrow(refused('DOWNGRADE_REFUSED'))
    expect(() => over(here, next, true)).not.toThrow()
  })

  test('of the same version is the same, or it is refused: by its identity, or by its lock for a delta', () => {
    const bundle = (version: string, ...marks: string[]) => ({ ...named(version), marks })
    const here = bundle('1.0.0', 'identity', 'lock')
    const go =
      (version: string, marks: string[], allowed = false) =>
      () =>
        refuseDowngrade(here, bundle(version, ...marks), allowed)
    expect(go('1.0.0', ['identity', 'lock as printed later'])).not.toThrow()
    expect(go('1.0.0', ['delta', 'lock'])).not.toThrow()
    for (const version of ['1.0.0', 'v1.0.0']) {
      const other = go(version, ['other', 'other lock'])
      expect(other).toThrow(refused('DOWNGRADE_REFUSED'))
      expect(other).toThrow('another of the same version: nobody can tell which is newer')
      expect(go(version, ['other', 'other lock'], true)).not.toThrow()
    }
    expect(go('1.0.1', ['other', 'other lock'])).not.toThrow()
  })

  test('over the database that a newer one left is refused as well', () => {
    const left = { ...named('1.1.0'), removed: '2026-11-25T00:00:00.000Z' }
    expect(() => refuseDowngrade(left, named('1.0.0'), false)).toThrow(
      expect.objectContaining({
        code: 'DOWNGRADE_REFUSED',
        message:
          'infisical 1.1.0 was installed here and left its database, and this bundle is older: infisical 1.0.0',
      }),
    )
    expect(() => refuseDowngrade(left, named('1.0.0'), true)).not.toThrow()
    expect(() => refuseDowngrade(left, named('1.1.0'), false)).not.toThrow()
    expect(() => refuseDowngrade(left, named('2.0.0', 'sandbox'), false)).toThrow(
      refused('DOWNGRADE_REFUSED'),
    )
    expect(() => refuseDowngrade(left, named('2.0.0', 'sandbox'), true)).not.toThrow()
  })

  test('over what was begun and did not come to its end is refused as well', () => {
    const half = { ...named('1.1.0'), begun: true as const }
    expect(() => refuseDowngrade(half, named('1.0.0'), false)).toThrow(
      expect.objectContaining({
        code: 'DOWNGRADE_REFUSED',
        message:
          'infisical 1.1.0 was begun here and did not come to its end, and this bundle is older: infisical 1.0.0',
        hints: [
          'install infisical 1.1.0 again: it goes on where it stopped',
          expect.stringContaining('--allow-downgrade'),
        ],
      }),
    )
    for (const version of ['1.1.0', '1.2.0'])
      expect(() => refuseDowngrade(half, named(version), false)).not.toThrow()
    expect(() => refuseDowngrade(half, named('1.0.0'), true)).not.toThrow()
    expect(() => refuseDowngrade(half, named('1.1.0', 'sandbox'), true)).toThrow(refused('FOREIGN_INSTALL'))
  })

  test('of another name is refused, said or not', () => {
    for (const allowed of [true, false])
      expect(() => refuseDowngrade(named('1.0.0'), named('2.0.0', 'sandbox'), allowed)).toThrow(
        expect.objectContaining({
          code: 'FOREIGN_INSTALL',
          message: 'infisical 1.0.0 is installed here, and this bundle is sandbox 2.0.0',
        }),
      )
  })
})

describe('a bundle that names its sites', () => {
  test('goes to those', () => {
    expect(() => refuseWrongSite(['bank-test', 'bank-prod'], 'bank-prod', false)).not.toThrow()
    expect(() => refuseWrongSite(undefined, 'anywhere', false)).not.toThrow()
  })

  test('goes to others only when it is said', () => {
    expect(() => refuseWrongSite(['bank-test'], 'bank-prod', false)).toThrow(refused('WRONG_SITE'))
    expect(() => refuseWrongSite(['bank'], 'bank-prod', false)).toThrow(refused('WRONG_SITE'))
    expect(() => refuseWrongSite(['bank-test'], 'bank-prod', true)).not.toThrow()
  })
})
