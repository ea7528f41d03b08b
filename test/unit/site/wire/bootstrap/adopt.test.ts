import { describe, expect, it } from 'vitest'
import { adminSession } from '../../../../../src/kernel/access/index.ts'
import { kinds, Secret } from '../../../../../src/kernel/ports/index.ts'
import { ensureAdmin, ensureTenancy } from '../../../../../src/site/wire/index.ts'
import { secretObject } from '../../../../../src/site/wire/secrets.ts'
import { countingRandom, rejection, secretIn, siteCluster } from '../memory.ts'
import { instanceIdentity, memoryInfisical, refusal } from '../memory-infisical.ts'

const theirs = { email: 'them@site.local', password: 'theirs' }

/** A server that somebody else has set up, and a site file that names that login. */
async function foreignSite(password = theirs.password) {
  const [cluster, infisical] = [await siteCluster(), memoryInfisical()]
  infisical.admin = { ...theirs }
  infisical.identities = [instanceIdentity]
  const bootstrapping = {
    ...{ cluster, infisical, random: countingRandom(), email: theirs.email, organization: 'openova' },
    namespace: 'infisical',
    given: async () => new Secret(password),
  }
  const kept = (place = 'sealift-system') => secretIn(cluster, place, 'infisical-admin')
  const notes = async () =>
    (await cluster.get(kinds.secret, 'infisical-admin', 'sealift-system'))?.metadata.annotations
  return { cluster, infisical, bootstrapping, kept, notes }
}

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

describe('the tenancy on a server that somebody else has set up', () => {
  const adoptedSite = async () => {
    const { cluster, infisical, bootstrapping } = await foreignSite()
    const { session, adopted } = await ensureAdmin(bootstrapping)
    return {
      infisical,
      session,
      needs: { cluster, infisical, session, namespace: 'external-secrets', adopted },
    }
  }
  const theirOwn = {
    id: 'id-theirs',
    name: 'external-secrets',
    role: 'no-access',
    authMethods: ['universal-auth'],
  }

  it('takes no identity of ESO’s name that may be somebody’s', async () => {
    const others = [
      theirOwn,
      { ...theirOwn, role: 'admin', authMethods: [] },
      { ...theirOwn, authMethods: ['jwt-auth'] },
    ]
    for (const other of others) {
      const { infisical, session, needs } = await adoptedSite()
      infisical.identities.push(other)
      await session.createClientSecret('id-theirs', 'theirs')
      const error = await rejection(ensureTenancy(needs))
      expect([error.code, error.message]).toEqual(['FOREIGN_INSTALL', expect.stringContaining('id-theirs')])
      expect(infisical.clientSecrets).toHaveLength(1)
    }
  })

  it('goes on with one that a run that was killed has left, and with its own', async () => {
    const { infisical, needs } = await adoptedSite()
    infisical.identities.push({ ...theirOwn, authMethods: [] })
    await ensureTenancy(needs)
    // A removal has revoked its client secret.
    infisical.clientSecrets = []
    await needs.cluster.delete(kinds.secret, 'infisical-universal-auth', 'external-secrets')
    await ensureTenancy(needs)
    expect(infisical.identities.map(({ id }) => id)).toEqual(['id-instance', 'id-theirs'])
    expect(infisical.clientSecrets).toHaveLength(1)
  })

  it('says that it uses a project that was there, and what to do where the admin is not in it', async () => {
    const { session, needs } = await adoptedSite()
    await session.createProject('platform-shared', 'platform-shared')
    expect(await ensureTenancy(needs)).toMatchObject({ joined: true, changed: true })
    expect(await ensureTenancy(needs)).toMatchObject({ joined: false, changed: false })
    session.project = () => Promise.reject(refusal(403, 'You are not a member of this project'))
    const error = await rejection(ensureTenancy(needs))
    expect([error.code, error.hints[0]]).toEqual(['SERVER_FAILED', expect.stringContaining('an admin of it')])
  })

  it('is the same for a Secret that somebody made by hand, as before', async () => {
    const { cluster, infisical, bootstrapping } = await foreignSite()
    await cluster.apply(secretObject('sealift-system', 'infisical-admin', theirs))
    const { given: _, ...alone } = bootstrapping
    expect((await ensureAdmin(alone)).changed).toBe(true)
    expect(infisical.calls).toEqual([`deleteIdentity ${instanceIdentity.id}`])
  })
})
