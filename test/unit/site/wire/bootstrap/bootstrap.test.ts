import { describe, expect, it } from 'vitest'
import { adminSession } from '../../../../../src/kernel/access/index.ts'
import { type Cluster, kinds } from '../../../../../src/kernel/ports/index.ts'
import { ensureAdmin } from '../../../../../src/site/wire/index.ts'
import { secretObject } from '../../../../../src/site/wire/secrets.ts'
import { countingRandom, rejection, secretIn, siteCluster } from '../memory.ts'
import { instanceIdentity, type MemoryInfisical, memoryInfisical, refusal } from '../memory-infisical.ts'

async function fresh() {
  const [cluster, infisical] = [await siteCluster(), memoryInfisical()]
  const bootstrapping = {
    cluster,
    infisical,
    random: countingRandom(),
    email: 'admin@site.local',
    organization: 'o',
    namespace: 'infisical',
  }
  const admin = () => secretIn(cluster, 'sealift-system', 'infisical-admin')
  return { cluster, infisical, bootstrapping, admin }
}

describe('the admin’s login', () => {
  const remove = (cluster: Cluster, namespace: string) =>
    cluster.delete(kinds.secret, 'infisical-admin', namespace)

  it.each(['sealift-system', 'infisical'])('comes back when it is gone from %s', async namespace => {
    const { cluster, bootstrapping } = await fresh()
    await ensureAdmin(bootstrapping)
    const before = await secretIn(cluster, namespace, 'infisical-admin')
    await remove(cluster, namespace)
    expect(await ensureAdmin(bootstrapping)).toMatchObject({ bootstrapped: false, changed: true })
    expect(await secretIn(cluster, namespace, 'infisical-admin')).toEqual(before)
    expect((await ensureAdmin(bootstrapping)).changed).toBe(false)
  })

  const replace = (cluster: Cluster, place: string, values: Record<string, string>) =>
    cluster.apply(secretObject(place, 'infisical-admin', values))
  const counted = (infisical: MemoryInfisical) => {
    const { login } = infisical
    const tries: string[] = []
    infisical.login = (...words) => {
      tries.push(words[1].reveal())
      return login(...words)
    }
    return tries
  }

  it('that somebody has spoilt is mended from its copy, after one try with each', async () => {
    const { cluster, infisical, bootstrapping, admin } = await fresh()
    await ensureAdmin(bootstrapping)
    const good = await admin()
    const password = good?.['password'] ?? ''
    const wrong = { ...good, password: 'wrong' }
    for (const spoilt of [wrong, { ...good, password, email: 'them@site.local' }]) {
      await replace(cluster, 'sealift-system', spoilt)
      const tries = counted(infisical)
      expect(await ensureAdmin(bootstrapping)).toMatchObject({ bootstrapped: false, changed: true })
      expect(tries).toEqual([spoilt.password, password])
      expect(await admin()).toEqual(good)
    }
    await replace(cluster, 'sealift-system', { email: 'admin@site.local' })
    expect(await ensureAdmin(bootstrapping)).toMatchObject({ changed: true })
    expect(await admin()).toEqual(good)
  })

  it.each([400, 403, 404, 422])(
    'is mended where its organisation is spoilt: the server says %i',
    async status => {
      const { cluster, infisical, bootstrapping, admin } = await fresh()
      await ensureAdmin(bootstrapping)
      const good = await admin()
      const { login } = infisical
      infisical.login = async (email, password, organizationId) => {
        if (organizationId === 'spoilt') throw refusal(status, 'not a member of it')
        return login(email, password, organizationId)
      }
      await replace(cluster, 'sealift-system', { ...good, organizationId: 'spoilt' })
      await ensureAdmin(bootstrapping)
      expect(await admin()).toEqual(good)
    },
  )

  it('is not tried with its copy where the server asks for patience', async () => {
    const { cluster, infisical, bootstrapping, admin } = await fresh()
    await ensureAdmin(bootstrapping)
    await replace(cluster, 'sealift-system', { ...(await admin()), password: 'wrong' })
    const tries: string[] = []
    infisical.login = async (_, password) => {
      tries.push(password.reveal())
      throw refusal(429, 'too many')
    }
    expect((await rejection(ensureAdmin(bootstrapping))).code).toBe('SERVER_FAILED')
    expect(tries).toEqual(['wrong'])
  })

  it('is tried no more than twice, once where the copy is the same, and both places are named then', async () => {
    const { cluster, infisical, bootstrapping, admin } = await fresh()
    await ensureAdmin(bootstrapping)
    infisical.admin = { email: 'admin@site.local', password: 'changed by hand' }
    const once = counted(infisical)
    const error = await rejection(ensureAdmin(bootstrapping))
    expect([error.code, once.length]).toEqual(['FOREIGN_INSTALL', 1])
    expect(error.hints[0]).toContain('Secrets sealift-system/infisical-admin and infisical/infisical-admin')
    expect(error.hints[0]).toContain('admin.password')
    await replace(cluster, 'sealift-system', { ...(await admin()), password: 'wrong' })
    const twice = counted(infisical)
    expect((await rejection(ensureAdmin(bootstrapping))).code).toBe('FOREIGN_INSTALL')
    expect(twice.length).toBe(2)
    expect((await admin())?.['password']).toBe('wrong')
  })

  it('is not written over a Secret of somebody else, and no server is set up before that is known', async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    const theirs = secretObject('infisical', 'infisical-admin', { email: 'them', password: 'theirs' })
    await cluster.apply({ ...theirs, metadata: { name: 'infisical-admin', namespace: 'infisical' } })
    expect(await rejection(ensureAdmin(bootstrapping))).toMatchObject({
      code: 'FOREIGN_INSTALL',
      message: 'Secret infisical/infisical-admin is there already, and Sealift did not make it',
    })
    expect(infisical.admin).toBeUndefined()
    expect(await secretIn(cluster, 'infisical', 'infisical-admin')).toEqual({
      email: 'them',
      password: 'theirs',
    })
    await remove(cluster, 'infisical')
    expect(await ensureAdmin(bootstrapping)).toMatchObject({ bootstrapped: true })
  })

  it('is not taken from Infisical’s namespace for a server that nobody has set up', async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    const planted = { email: 'admin@site.local', password: 'planted' }
    await cluster.apply(secretObject('infisical', 'infisical-admin', planted))
    await ensureAdmin(bootstrapping)
    expect(infisical.admin?.password).not.toBe('planted')
    expect(await secretIn(cluster, 'infisical', 'infisical-admin')).toMatchObject({
      password: infisical.admin?.password,
    })
  })
})

describe('ensureAdmin', () => {
  it('stores the password before it is used, then bootstraps and logs in', async () => {
    const { infisical, bootstrapping, admin } = await fresh()
    const { bootstrap } = infisical
    let before: unknown
    infisical.bootstrap = async (...words) => {
      before = await admin()
      return await bootstrap(...words)
    }
    const { session, ...made } = await ensureAdmin(bootstrapping)
    expect(made).toEqual({ bootstrapped: true, adopted: false, changed: true })
    expect(session.organizationId).toBe('org')
    expect(before).toEqual({
      email: 'admin@site.local',
      organization: 'o',
      password: infisical.admin?.password,
    })
    expect(await admin()).toEqual({ ...(before as object), organizationId: 'org' })
  })

  it('goes on after it was killed before, and after, the bootstrap', async () => {
    const { infisical, bootstrapping, admin } = await fresh()
    const { bootstrap } = infisical
    infisical.bootstrap = async () => {
      throw new Error('killed before')
    }
    await expect(ensureAdmin(bootstrapping)).rejects.toThrow('killed before')
    const password = (await admin())?.['password']
    infisical.bootstrap = async (...words) => {
      await bootstrap(...words)
      throw new Error('killed after')
    }
    await expect(ensureAdmin(bootstrapping)).rejects.toThrow('killed after')
    expect((await ensureAdmin(bootstrapping)).bootstrapped).toBe(false)
    expect(await admin()).toMatchObject({ password, organizationId: 'org' })
    expect(infisical.calls).toEqual(['bootstrap admin@site.local', `deleteIdentity ${instanceIdentity.id}`])
  })

  it('writes nothing, here or there, when all is as it should be', async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    await ensureAdmin(bootstrapping)
    const before = cluster.objects()
    infisical.calls.length = 0
    const { session: _, ...again } = await ensureAdmin({ ...bootstrapping, organization: 'another name' })
    expect(again).toEqual({ bootstrapped: false, adopted: false, changed: false })
    // With their resourceVersions.
    expect(cluster.objects()).toEqual(before)
    expect(infisical.calls).toEqual([])
  })

  it('writes the login again where somebody has changed it, and keeps what others added', async () => {
    const { cluster, bootstrapping, admin } = await fresh()
    await ensureAdmin(bootstrapping)
    const whole = await admin()
    const note = Buffer.from('theirs').toString('base64')
    await cluster.delete(kinds.secret, 'infisical-admin', 'sealift-system')
    const { organizationId: _, ...less } = whole ?? {}
    const object = secretObject('sealift-system', 'infisical-admin', less)
    await cluster.create({ ...object, data: { ...(object['data'] as object), note } })
    expect((await ensureAdmin(bootstrapping)).changed).toBe(true)
    expect(await admin()).toEqual({ ...whole, note: 'theirs' })
  })

  it.each(['sealift-system', 'infisical'])(
    'takes no password that somebody else has laid into %s, and leaves it alone',
    async place => {
      const { cluster, infisical, bootstrapping } = await fresh()
      const { labels: _, ...metadata } = secretObject(place, 'infisical-admin', {}).metadata
      const stringData = { email: 'admin@site.local', password: 'known-to-whoever-made-it' }
      await cluster.applyAs('ann', { ...kinds.secret, metadata, stringData })
      const error = await rejection(ensureAdmin(bootstrapping))
      expect([error.code, error.message]).toEqual([
        'FOREIGN_INSTALL',
        expect.stringContaining(`${place}/infisical-admin`),
      ])
      expect(infisical.calls).toEqual([])
      const [left, ...others] = await cluster.list(kinds.secret)
      expect([left, others]).toMatchObject([{ metadata: { namespace: place }, stringData }, []])
    },
  )

  it("says that a server is somebody else's, and leaves nothing behind", async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    infisical.admin = { email: 'them@site.local', password: 'theirs' }
    const error = await rejection(ensureAdmin(bootstrapping))
    expect(error.code).toBe('FOREIGN_INSTALL')
    expect(error.message).toBe("this Infisical is not Sealift's: it was set up already, and not by Sealift")
    expect(await cluster.list(kinds.secret)).toEqual([])
  })

  it("says that the admin's password is not ours any more", async () => {
    const { infisical, bootstrapping } = await fresh()
    await ensureAdmin(bootstrapping)
    infisical.admin = { email: 'admin@site.local', password: 'changed by hand' }
    const error = await rejection(ensureAdmin(bootstrapping))
    expect(error.code).toBe('FOREIGN_INSTALL')
    expect(error.message).toContain("does not take the admin's password")
  })

  it('does not take an outage for a foreign server', async () => {
    const { infisical, bootstrapping } = await fresh()
    await ensureAdmin(bootstrapping)
    infisical.login = async () => {
      throw refusal(500, 'Something went wrong')
    }
    expect((await rejection(ensureAdmin(bootstrapping))).code).toBe('SERVER_FAILED')
  })
})

describe("bootstrap's own administrator", () => {
  const annotation = 'sealift.dev/instance-identity'
  /** Makes a site one of a Sealift that has not marked what it took away. */
  async function older(cluster: Cluster) {
    for (const { metadata, data } of await cluster.list(kinds.secret)) {
      const { name, namespace = '', labels = {} } = metadata
      if (name === 'infisical-admin')
        await cluster.apply({ ...kinds.secret, metadata: { name, namespace, labels }, data })
    }
    expect(await kept(cluster)).toBeUndefined()
  }

  async function kept(cluster: Cluster) {
    const object = await cluster.get(kinds.secret, 'infisical-admin', 'sealift-system')
    return object?.metadata.annotations?.[annotation]
  }

  it('is taken away, also by the next run when this one is killed, and then whatever its name is', async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    const { login } = infisical
    infisical.login = () => Promise.reject(new Error('killed'))
    await expect(ensureAdmin(bootstrapping)).rejects.toThrow('killed')
    expect(await kept(cluster)).toBe(instanceIdentity.id)
    infisical.login = login
    infisical.identities = [{ ...instanceIdentity, name: 'renamed', authMethods: [] }]
    expect((await ensureAdmin(bootstrapping)).changed).toBe(true)
    expect(infisical.identities).toEqual([])
    expect(await kept(cluster)).toBe('gone')
    expect((await ensureAdmin(bootstrapping)).changed).toBe(false)
  })

  it('is taken away from sites installed before, told by its name and by all that bootstrap gives it', async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    await ensureAdmin(bootstrapping)
    await older(cluster)
    const others = [
      { ...instanceIdentity, id: 'no-admin', role: 'member' },
      { ...instanceIdentity, id: 'in-use', authMethods: ['token-auth', 'universal-auth'] },
      { ...instanceIdentity, id: 'other-name', name: 'Instance Admin Identity 2' },
    ]
    infisical.identities = [...others, instanceIdentity]
    expect((await ensureAdmin(bootstrapping)).changed).toBe(true)
    expect(infisical.identities).toEqual(others)
    expect(await kept(cluster)).toBe('gone')
  })

  it('is looked for once: what somebody makes later by that name is theirs', async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    await ensureAdmin(bootstrapping)
    const theirs = { ...instanceIdentity, id: 'id-theirs' }
    infisical.identities = [theirs]
    expect((await ensureAdmin(bootstrapping)).changed).toBe(false)
    infisical.identities = []
    await older(cluster)
    expect((await ensureAdmin(bootstrapping)).changed).toBe(true)
    infisical.identities = [theirs]
    expect((await ensureAdmin(bootstrapping)).changed).toBe(false)
    // The mark lies in both places.
    await cluster.delete(kinds.secret, 'infisical-admin', 'sealift-system')
    await ensureAdmin(bootstrapping)
    expect(infisical.identities).toEqual([theirs])
  })

  it('is left to a person where there are several that could be it, and the one that is left then, too', async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    await ensureAdmin(bootstrapping)
    await older(cluster)
    const other = { ...instanceIdentity, id: 'id-other' }
    infisical.identities = [instanceIdentity, other]
    const left =
      'Infisical has 2 administrators named "Instance Admin Identity" (id-instance, id-other): delete those that nobody uses'
    expect(await ensureAdmin(bootstrapping)).toMatchObject({ left })
    expect(await ensureAdmin(bootstrapping)).toMatchObject({ changed: false, left })
    infisical.identities = [other]
    expect(await ensureAdmin(bootstrapping)).not.toHaveProperty('left')
    expect(infisical.identities).toEqual([other])
    expect((await ensureAdmin(bootstrapping)).changed).toBe(false)
  })

  it('loses its tokens where it may not be deleted, and that is said', async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    const { session } = await ensureAdmin(bootstrapping)
    await older(cluster)
    infisical.identities = [instanceIdentity]
    session.deleteIdentity = () => Promise.reject(refusal(400, 'Identity has delete protection'))
    const { changed, left } = await ensureAdmin(bootstrapping)
    expect(infisical.calls.at(-1)).toBe(`revokeTokens ${instanceIdentity.id}`)
    expect([changed, left]).toEqual([
      true,
      expect.stringMatching(/delete protection.*its tokens are revoked$/),
    ])
    session.revokeTokens = async () => 0
    expect((await ensureAdmin(bootstrapping)).changed).toBe(false)
    session.revokeTokens = () => Promise.reject(refusal(403, 'no'))
    expect((await ensureAdmin(bootstrapping)).left).toMatch(/so do its tokens .*: delete it by hand$/)
    expect(await kept(cluster)).toBe(instanceIdentity.id)
  })

  it('is no reason to go on when the server fails', async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    const { session } = await ensureAdmin(bootstrapping)
    await older(cluster)
    infisical.identities = [instanceIdentity]
    const fails = () => Promise.reject(refusal(500, 'Something went wrong'))
    const { deleteIdentity } = session
    session.deleteIdentity = fails
    expect((await rejection(ensureAdmin(bootstrapping))).code).toBe('SERVER_FAILED')
    session.deleteIdentity = () => Promise.reject(refusal(400, 'no'))
    session.revokeTokens = fails
    expect((await rejection(ensureAdmin(bootstrapping))).code).toBe('SERVER_FAILED')
    session.deleteIdentity = deleteIdentity
    expect((await ensureAdmin(bootstrapping)).changed).toBe(true)
  })
})

describe('adminSession', () => {
  it('uses what is kept, and says when nothing is installed', async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    expect((await rejection(adminSession(cluster, infisical, 'infisical'))).code).toBe('NOT_INSTALLED')
    await ensureAdmin(bootstrapping)
    expect((await adminSession(cluster, infisical, 'infisical')).organizationId).toBe('org')
  })

  it('takes the copy where that is gone, if Sealift made it', async () => {
    const { cluster, infisical, bootstrapping } = await fresh()
    await ensureAdmin(bootstrapping)
    await cluster.delete(kinds.secret, 'infisical-admin', 'sealift-system')
    expect((await adminSession(cluster, infisical, 'infisical')).organizationId).toBe('org')
    const copy = await cluster.get(kinds.secret, 'infisical-admin', 'infisical')
    await cluster.delete(kinds.secret, 'infisical-admin', 'infisical')
    const metadata = { name: 'infisical-admin', namespace: 'infisical' }
    await cluster.create({ ...kinds.secret, metadata, data: copy?.['data'] })
    expect((await rejection(adminSession(cluster, infisical, 'infisical'))).code).toBe('NOT_INSTALLED')
  })
})
