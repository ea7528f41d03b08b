import { describe, expect, test } from 'vitest'
import { refuseNewer } from '../../../../src/site/install/index.ts'

const sandbox = (version: string) => ({ name: 'sandbox', version })

describe('a newer bundle over one that is installed', () => {
  test.each([
    ['0.9.0', '1.0.0'],
    ['v0.9.0', '1.0.0'],
    ['1.0.0-rc.1', '1.0.0'],
    ['1.9.0', '1.10.0'],
    ['1.0.0+2', '1.0.0+10'],
  ])('%s, then %s: is for upgrade', (here, next) => {
    expect(() => refuseNewer(sandbox(here), sandbox(next), false)).toThrow(
      expect.objectContaining({
        code: 'UPGRADE_UNFIT',
        message: `sandbox ${here} is installed here, and this bundle is ${next}: upgrade takes a copy of the database first`,
        hints: [
          'sealift upgrade BUNDLE -c site.yaml',
          expect.stringContaining('sealift preflight and sealift plan'),
        ],
      }),
    )
    expect(() => refuseNewer(sandbox(here), sandbox(next), true)).not.toThrow()
  })

  test('the same one, what cannot be compared, what was begun, what is removed, and a fresh site are no matter of it', () => {
    const next = sandbox('1.0.0')
    for (const here of [
      undefined,
      next,
      sandbox('v1.0.0'),
      sandbox('1.0.1'),
      sandbox('2026-11'),
      { name: 'other', version: '0.9.0' },
      { ...sandbox('0.9.0'), begun: true as const },
      { ...sandbox('0.9.0'), removed: '2026-11-25T00:00:00.000Z' },
    ])
      expect(() => refuseNewer(here, next, false)).not.toThrow()
  })
})
