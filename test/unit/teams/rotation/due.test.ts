import { describe, expect, it } from 'vitest'
import { oldSecrets } from '../../../../src/teams/rotation/index.ts'
import { dueOf } from '../../../../src/teams/rotation/pending.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'

const day = 86_400_000
const now = Date.parse('2026-11-29T12:00:00Z')
const aged = (path: string, days: number, by?: string) => ({
  ...{ name: 'SECRET', path, version: 3, changedAt: now - days * day },
  ...(by ? { by } : {}),
})
const policyOf = (except: readonly object[]) => {
  const { rotation } = tenancyOf({
    projects: [
      { slug: 'talent-mesh', environments: ['dev', 'prod'] },
      { slug: 'hr-platform', environments: ['dev', 'prod'] },
    ],
    rotation: { policy: { maxAge: '90d', except } },
  })
  if (rotation?.policy === undefined) throw new Error('no policy')
  return rotation.policy
}
const old = (ages: Parameters<typeof oldSecrets>[0], except: readonly object[] = [], environment = 'prod') =>
  oldSecrets(ages, policyOf(except), { project: 'talent-mesh', environment }, now)

describe('secrets are old', () => {
  it('when they are older than the policy says, the oldest first, and not on that day', () => {
    const found = old([aged('/', 90), aged('/', 91, 'ann'), aged('/db', 400.5)])
    expect(found).toEqual([
      {
        ...{ project: 'talent-mesh', environment: 'prod', path: '/db', name: 'SECRET', version: 3 },
        ...{ days: 400, most: 90, changedAt: new Date(now - 400.5 * day).toISOString() },
      },
      {
        ...{ project: 'talent-mesh', environment: 'prod', path: '/', name: 'SECRET', version: 3 },
        ...{ days: 91, most: 90, changedAt: new Date(now - 91 * day).toISOString(), by: 'ann' },
      },
    ])
  })

  it.each([
    ['a folder alone', { path: '/db' }, ['/db']],
    ['a folder with all below', { path: '/db/**' }, ['/db', '/db/one']],
    ['the root alone', { path: '/' }, ['/']],
    ['everything', {}, ['/', '/db', '/db/one', '/dbs']],
    ['an environment', { environment: 'prod' }, ['/', '/db', '/db/one', '/dbs']],
    ['another environment', { environment: 'dev' }, []],
  ])('by an exception for %s', (_, fields, expected) => {
    const ages = ['/', '/db', '/db/one', '/dbs'].map(path => aged(path, 31))
    const found = old(ages, [{ project: 'talent-mesh', maxAge: '30d', ...fields }])
    expect(found.map(({ path }) => path)).toEqual(expected)
  })

  it('never where age is no matter, and by the first exception that fits', () => {
    const except = [
      { project: 'hr-platform', maxAge: '1d' },
      { project: 'talent-mesh', path: '/legacy/**', maxAge: 'never' },
      { project: 'talent-mesh', maxAge: '10d' },
    ]
    expect(old([aged('/legacy/a', 5000), aged('/', 11), aged('/', 10)], except)).toMatchObject([
      { path: '/', days: 11 },
    ])
  })
})

describe('a password is due', () => {
  const { rotation } = tenancyOf({
    projects: [{ slug: 'talent-mesh', environments: ['prod'] }],
    rotation: {
      databases: [
        {
          ...{ name: 'app', project: 'talent-mesh', environment: 'prod', role: 'app', password: 'PW' },
          ...{ database: { host: 'pg', name: 'app' }, every: '30d' },
        },
      ],
    },
  })
  const due = (rotatedAt?: number, changedAt?: number) => {
    const [wanted] = rotation?.databases ?? []
    return wanted && dueOf(wanted, rotatedAt === undefined ? {} : { rotatedAt }, changedAt, now)
  }
  it.each([
    ['by what Sealift has noted', now - 30 * day, undefined, true],
    ['not before', now - 29 * day, now - 90 * day, false],
    ['by what the server says', undefined, now - 30 * day, true],
    ['where nobody knows', undefined, undefined, true],
    ['not by a clock that is a little ahead', now + 60_000, undefined, false],
    ['where it was noted for a time to come', now + 400 * day, undefined, true],
    ['by the server where that was noted for a time to come', now + 400 * day, now - day, false],
  ])('%s', (_, rotatedAt, changedAt, expected) => {
    expect(due(rotatedAt, changedAt)).toBe(expected)
  })
})
