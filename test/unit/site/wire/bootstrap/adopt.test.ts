import { describe, expect, it } from 'vitest'
import { adminSession } from '../../../../../src/kernel/access/index.ts'
import { kinds, Secret } from '../../../../../src/kernel/ports/index.ts'
import { ensureAdmin } from '../../../../../src/site/wire/index.ts'
import { secretObject } from '../../../../../src/site/wire/secrets.ts'
import { rejection } from '../memory.ts'
import { instanceIdentity, refusal } from '../memory-infisical.ts'
import { foreignSite, theirs } from './foreign-site.ts'

describe('a server that somebody else has set up', () => {
  it('is adopted with the login that the site file names, which is kept from then on', async () => {
    const { cluster, infisical, bootstrapping, kept, notes } = await foreignSite()
    expect(await ensureAdmin(bootstrapping)).toMatchObject({
      bootstrapped: false,
      adopted: true,
      changed: true,
    })
    const login = { ...theirs, organization: 'openova', organizationId: 'org' }
    expect([await kept(), await kept('infisical')]).toEqual([login, login])
    expect(await notes()).toEqual({ 'sealift.dev/adopted': 'true' })
    // What bootstrap made for them stays.
    expect([infisical.identities, infisical.calls]).toEqual([[instanceIdentity], []])

    // The Secret that was given is not needed again.
    const before = cluster.objects()
    const given = () => Promise.reject(new Error('asked again'))
    const again = await ensureAdmin({ ...bootstrapping, given })
    expect(again).toMatchObject({ bootstrapped: false, adopted: true, changed: false })
    expect(cluster.objects()).toEqual(before)
    expect((await adminSession(cluster, infisical, 'infisical')).organizationId).toBe('org')
  })

  it('goes on being adopted where one of the two Secrets is gone', async () => {
    const { cluster, infisical, bootstrapping, notes } = await foreignSite()
    await ensureAdmin(bootstrapping)
    await cluster.delete(kinds.secret, 'infisical-admin', 'sealift-system')
    expect(await ensureAdmin(bootstrapping)).toMatchObject({ adopted: true, changed: true })
    expect(await notes()).toEqual({ 'sealift.dev/adopted': 'true' })
    expect(infisical.identities).toEqual([instanceIdentity])
  })

  it('is entered in the organisation of the site file’s name', async () => {
    const { infisical, bootstrapping, kept } = await foreignSite()
    infisical.memberOf = [
      { id: 'other', name: 'openova-test' },
      { id: 'second', name: 'openova' },
    ]
    const { session } = await ensureAdmin(bootstrapping)
    expect(session.organizationId).toBe('second')
    expect(await kept()).toMatchObject({ organizationId: 'second' })
  })

  it.each([
    [
      'none',
      [{ id: 'a', name: 'Acme' }],
      'is in no organisation of Infisical that is called openova',
      ['Acme'],
    ],
    ['a user without any', [], 'is in no organisation', []],
    [
      'two',
      [
        { id: 'a', name: 'openova' },
        { id: 'b', name: 'openova' },
      ],
      'is in 2 organisations',
      ['a', 'b'],
    ],
  ])('is told where %s has that name, and left alone', async (_, memberOf, message, faults) => {
    const { cluster, infisical, bootstrapping } = await foreignSite()
    infisical.memberOf = memberOf
    const error = await rejection(ensureAdmin(bootstrapping))
    expect(error).toMatchObject({ code: 'SITE_INVALID', faults, message: expect.stringContaining(message) })
    expect(await cluster.list(kinds.secret)).toEqual([])
  })

  it.each(['member', 'no-access', undefined])('is left alone where the user is %s there', async role => {
    const { cluster, infisical, bootstrapping } = await foreignSite()
    infisical.role = role
    const error = await rejection(ensureAdmin(bootstrapping))
    expect([error.code, error.hints[0]]).toEqual(['SITE_INVALID', expect.stringContaining('admin.email')])
    expect(error.message).toContain(`not an admin of openova${role === undefined ? '' : `, but ${role}`}`)
    expect(await cluster.list(kinds.secret)).toEqual([])
  })

  it('is left alone where it refuses the login, with its own words and without the password', async () => {
    const { cluster, bootstrapping } = await foreignSite('hunter2')
    const error = await rejection(ensureAdmin(bootstrapping))
    expect(error).toMatchObject({
      code: 'FOREIGN_INSTALL',
      message: expect.stringContaining('does not take the password that admin.password names'),
      faults: ['Infisical answered 400: Invalid credentials'],
    })
    expect(error.hints.join()).toContain('single sign-on')
    expect(JSON.stringify([error.message, error.hints, error.faults])).not.toContain('hunter2')
    expect(await cluster.list(kinds.secret)).toEqual([])
  })

  it.each([
    [403, 'web UI'],
    [423, 'wait before the next try'],
    [429, 'wait before the next try'],
  ])('says what %i may mean, of a login and of an organisation', async (status, hint) => {
    for (const method of ['organizations', 'login'] as const) {
      const { infisical, bootstrapping } = await foreignSite()
      infisical[method] = (() => Promise.reject(refusal(status, 'in its own words'))) as () => Promise<never>
      const error = await rejection(ensureAdmin(bootstrapping))
      expect([error.code, error.message]).toEqual([
        'SERVER_FAILED',
        expect.stringContaining('in its own words'),
      ])
      expect(error.hints.join()).toContain(hint)
    }
  })

  it('is told from Sealift’s own whose password was changed by hand: that is taken again, as its own', async () => {
    const { infisical, bootstrapping, kept, notes } = await foreignSite('new')
    infisical.admin = undefined
    infisical.identities = []
    await ensureAdmin({ ...bootstrapping, given: async () => new Secret('first') })
    expect(infisical.admin).toEqual({ email: theirs.email, password: 'first' })
    infisical.admin = { email: theirs.email, password: 'new' }
    expect(await ensureAdmin(bootstrapping)).toMatchObject({ adopted: false, changed: true })
    expect(await kept()).toMatchObject({ password: 'new' })
    expect(await notes()).toEqual({ 'sealift.dev/instance-identity': 'gone' })
  })
})

describe('a login that a person has laid into Sealift’s namespace', () => {
  it('is that of an adopted server: nothing is taken away there', async () => {
    const { cluster, infisical, bootstrapping, notes } = await foreignSite()
    await cluster.apply(secretObject('sealift-system', 'infisical-admin', theirs))
    const { given: _, ...alone } = bootstrapping
    expect(await ensureAdmin(alone)).toMatchObject({ adopted: true, changed: true })
    expect([infisical.identities, infisical.calls]).toEqual([[instanceIdentity], []])
    expect(await notes()).toEqual({ 'sealift.dev/adopted': 'true' })
    // In the place of one that said so.
    await cluster.delete(kinds.secret, 'infisical-admin', 'sealift-system')
    await cluster.apply(
      secretObject('sealift-system', 'infisical-admin', { ...theirs, organization: 'openova' }),
    )
    expect(await ensureAdmin(alone)).toMatchObject({ adopted: true })
    expect(infisical.identities).toEqual([instanceIdentity])
  })

  it('is not that of a bootstrap that was killed before its answer was stored', async () => {
    const { infisical, bootstrapping } = await foreignSite()
    infisical.admin = undefined
    infisical.identities = []
    const { bootstrap } = infisical
    infisical.bootstrap = async (...words) => {
      await bootstrap(...words)
      throw new Error('killed')
    }
    const { given: _, ...alone } = bootstrapping
    await expect(ensureAdmin(alone)).rejects.toThrow('killed')
    expect(await ensureAdmin(alone)).toMatchObject({ adopted: false, changed: true })
    expect(infisical.identities).toEqual([])
  })
})

describe('a server that somebody sets up at the same time', () => {
  it.each([400, 403, 409])(
    'is told as theirs where it answers %i, and adopted if they are named',
    async status => {
      const { infisical, bootstrapping, notes } = await foreignSite()
      infisical.admin = undefined
      infisical.bootstrap = async () => {
        infisical.admin = { ...theirs }
        throw refusal(status, 'already')
      }
      const { given: _, ...alone } = bootstrapping
      const error = await rejection(ensureAdmin(alone))
      expect(error.code).toBe('FOREIGN_INSTALL')
      expect(await ensureAdmin(bootstrapping)).toMatchObject({ bootstrapped: false, adopted: true })
      expect(await notes()).toEqual({ 'sealift.dev/adopted': 'true' })
    },
  )

  it('is not thought of where bootstrap is refused for another reason', async () => {
    const { infisical, bootstrapping } = await foreignSite()
    infisical.admin = undefined
    infisical.bootstrap = () => Promise.reject(refusal(422, 'Invalid email'))
    const error = await rejection(ensureAdmin(bootstrapping))
    expect([error.code, error.message]).toEqual(['SERVER_FAILED', expect.stringContaining('Invalid email')])
  })
})
