import { describe, expect, it } from 'vitest'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { ensureAdmin, ensureTenancy } from '../../../../../src/site/wire/index.ts'
import { rejection } from '../memory.ts'
import { refusal } from '../memory-infisical.ts'
import { foreignSite } from './foreign-site.ts'

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
})
