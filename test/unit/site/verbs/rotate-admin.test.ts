import { describe, expect, test } from 'vitest'
import { adminSession } from '../../../../src/kernel/access/index.ts'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { takeLease } from '../../../../src/kernel/lease/index.ts'
import { kinds, Secret, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { writeReceipt } from '../../../../src/site/install/index.ts'
import { rotateAdmin } from '../../../../src/site/verbs/rotate-admin.ts'
import { ensureAdmin } from '../../../../src/site/wire/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { RecordingClock } from '../../../support/recording-clock.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'
import { shippedManifest } from '../../../support/shipped-manifest.ts'
import { countingRandom, rejection, secretIn, siteCluster } from '../wire/memory.ts'
import { memoryInfisical, refusal } from '../wire/memory-infisical.ts'
import { smallSite } from '../wire/sites.ts'
import { proven } from './memory-site.ts'

const site = parseSite(smallSite, 'site.yaml')
const email = site.admin.email
const killed = new Error('killed')

/** An installed site, and ways to kill what is done there after so many changes. */
async function installedSite() {
  const infisical = memoryInfisical()
  const cluster = await siteCluster(secretObject('infisical', 'infisical-secrets', { ENCRYPTION_KEY: 'k' }))
  const { lock } = sampleBundle()
  const charts = lock.charts.map(chart => ({ ...chart, namespace: 'infisical' }))
  await writeReceipt(cluster, { ...proven, lock: { ...lock, charts } })
  cluster.behaviour.services = { 'infisical/infisical:8080': { host: '127.0.0.1', port: 8080 } }
  const random = countingRandom()
  const bootstrapping = { cluster, infisical, random, email, organization: 'openova', namespace: 'infisical' }
  const { session } = await ensureAdmin(bootstrapping)
  const host = {
    ...{ cluster, random, clock: new RecordingClock(), infisical: () => infisical },
    ...{ manifests: shippedManifest, operator: 'root@node1' },
  } as unknown as SiteHost
  const kept = async () =>
    await Promise.all(
      ['sealift-system', 'infisical'].map(place => secretIn(cluster, place, 'infisical-admin')),
    )
  const password = () => infisical.admin?.password ?? ''
  /** A host on which all ends after so many changes; `late` lets the one that is killed be done. */
  const killing = (changes: number, late: boolean): SiteHost => {
    let left = changes
    const change = async <T>(work: () => Promise<T>): Promise<T> => {
      if (left-- > 0) return await work()
      if (late && left === -1) await work()
      throw killed
    }
    const account = {
      ...session.account,
      changePassword: (...words: [Secret, Secret]) => change(() => session.account.changePassword(...words)),
    }
    const login: typeof infisical.login = async (...words) => ({
      ...(await infisical.login(...words)),
      account,
    })
    const apply: typeof cluster.apply = object =>
      object.kind === 'Secret' ? change(() => cluster.apply(object)) : cluster.apply(object)
    return { ...host, cluster: { ...cluster, apply }, infisical: () => ({ ...infisical, login }) }
  }
  return { cluster, infisical, session, host, kept, password, killing, bootstrapping }
}

describe('rotate admin', () => {
  test('gives another password, keeps it in both places, and ends the sessions of the one before', async () => {
    const { infisical, host, kept, password } = await installedSite()
    const before = password()
    infisical.calls.length = 0
    const talk = recordedTalk()
    const done = await rotateAdmin(site, host, talk)
    expect(done).toEqual({ site: 'bank-prod', email, secret: 'sealift-system/infisical-admin' })
    expect(password()).not.toBe(before)
    const login = { email, organization: 'openova', organizationId: 'org', password: password() }
    expect(await kept()).toEqual([login, login])
    expect(infisical.calls).toEqual(['changePassword', 'endSessions'])
    for (const secret of [before, password()]) expect(JSON.stringify([done, talk])).not.toContain(secret)
    const again = password()
    await rotateAdmin(site, host, talk)
    expect(password()).not.toBe(again)
  })

  test('stores the password before it is set', async () => {
    const { session, host, kept, password } = await installedSite()
    const before = password()
    const { changePassword } = session.account
    let stored: unknown[] = []
    Object.assign(session.account, {
      changePassword: async (...words: [Secret, Secret]) => {
        stored = await kept()
        await changePassword(...words)
      },
    })
    await rotateAdmin(site, host, recordedTalk())
    const both = { password: before, nextPassword: password() }
    expect(stored).toMatchObject([both, both])
  })

  // Two Secrets, the change, and the two Secrets again.
  const steps = [0, 1, 2, 3, 4].flatMap(changes => [false, true].map(late => ({ changes, late })))
  test.each(steps)('killed after %o, keeps a login that works, and the next one ends it', async step => {
    const { cluster, infisical, host, kept, password, killing } = await installedSite()
    const before = password()
    await expect(rotateAdmin(site, killing(step.changes, step.late), recordedTalk())).rejects.toBe(killed)
    expect((await adminSession(cluster, infisical, 'infisical')).organizationId).toBe('org')
    const set = password()
    await rotateAdmin(site, host, recordedTalk())
    const [primary, copy] = await kept()
    expect(primary).toEqual({ email, organization: 'openova', organizationId: 'org', password: password() })
    expect(copy).toEqual(primary)
    expect(password()).not.toBe(before)
    // One that was set already and not yet told is that of the next run as well.
    const [first] = step.changes === 3 || (step.changes === 2 && step.late) ? [set] : []
    if (first !== undefined) expect(password()).toBe(first)
    await expect(infisical.login(email, new Secret(before))).rejects.toThrow('Invalid credentials')
  })

  test.each(steps)('killed after %o, is brought to its end by an install as well', async step => {
    const { host: _, infisical, kept, password, killing, bootstrapping } = await installedSite()
    await expect(rotateAdmin(site, killing(step.changes, step.late), recordedTalk())).rejects.toBe(killed)
    infisical.calls.length = 0
    await ensureAdmin(bootstrapping)
    const login = { email, organization: 'openova', organizationId: 'org', password: password() }
    expect(await kept()).toEqual([login, login])
    expect(infisical.calls).toEqual([])
  })

  test('sets no password once it is to stop, such as when the lease is lost', async () => {
    const { cluster, infisical, host, kept, password } = await installedSite()
    const before = password()
    const stopped = new AbortController()
    const apply: typeof cluster.apply = async object => {
      const applied = await cluster.apply(object)
      if (object.metadata.name === 'infisical-admin') stopped.abort(new Error('stopped'))
      return applied
    }
    infisical.calls.length = 0
    const talk = { ...recordedTalk(), signal: stopped.signal }
    await expect(rotateAdmin(site, { ...host, cluster: { ...cluster, apply } }, talk)).rejects.toThrow()
    expect([password(), infisical.calls]).toEqual([before, []])
    expect((await kept())[0]).toMatchObject({ password: before, nextPassword: expect.any(String) })
  })

  test('says that the password is as it was where the server refuses another', async () => {
    const { session, host, kept, password } = await installedSite()
    const before = password()
    Object.assign(session.account, {
      changePassword: () => Promise.reject(refusal(400, 'not by a password')),
    })
    const error = await rejection(rotateAdmin(site, host, recordedTalk()))
    expect([error.code, error.message]).toEqual([
      'SERVER_FAILED',
      expect.stringContaining('not by a password'),
    ])
    expect(error.hints[0]).toContain('as it was')
    expect((await kept())[0]).toMatchObject({ password: before })
  })

  test('fails where the one before is still taken, and tells of sessions that go on', async () => {
    const { infisical, session, host } = await installedSite()
    Object.assign(session.account, { endSessions: () => Promise.reject(refusal(404, 'no such path')) })
    expect((await rotateAdmin(site, host, recordedTalk())).left).toContain('no such path')
    infisical.login = async () => session
    const error = await rejection(rotateAdmin(site, host, recordedTalk()))
    expect([error.code, error.message]).toEqual(['SERVER_FAILED', expect.stringContaining('still takes')])
  })

  test('keeps what is known of an adopted server', async () => {
    const { cluster, infisical, host, bootstrapping } = await installedSite()
    for (const place of ['sealift-system', 'infisical'])
      await cluster.delete(kinds.secret, 'infisical-admin', place)
    infisical.admin = { email, password: 'theirs' }
    await ensureAdmin({ ...bootstrapping, given: async () => new Secret('theirs') })
    await rotateAdmin(site, host, recordedTalk())
    const { metadata } = (await cluster.get(kinds.secret, 'infisical-admin', 'sealift-system')) ?? {}
    expect(metadata?.annotations).toEqual({ 'sealift.dev/adopted': 'true' })
  })

  test('takes a copy where the login is gone or spoilt, and mends it', async () => {
    const { cluster, host, kept, password } = await installedSite()
    const spoilt = { email, password: 'spoilt' }
    await cluster.apply(secretObject('sealift-system', 'infisical-admin', spoilt))
    await rotateAdmin(site, host, recordedTalk())
    const [primary, copy] = await kept()
    expect(primary).toEqual(copy)
    expect(primary).toMatchObject({ password: password() })
  })

  test('has nobody to change where nothing, another site, or no login is here, and waits for its turn', async () => {
    const { cluster, host } = await installedSite()
    const other = parseSite(smallSite.replace('bank-prod', 'bank-test'), 'site.yaml')
    expect((await rejection(rotateAdmin(other, host, recordedTalk()))).code).toBe('FOREIGN_INSTALL')
    const { clock } = host
    const { signal } = recordedTalk()
    const under = await takeLease({ cluster, clock, holder: 'another', signal, progress: () => {} })
    const code = under(async () => (await rejection(rotateAdmin(site, host, recordedTalk()))).code)
    expect(await code).toBe('SITE_BUSY')
    for (const place of ['sealift-system', 'infisical'])
      await cluster.delete(kinds.secret, 'infisical-admin', place)
    expect((await rejection(rotateAdmin(site, host, recordedTalk()))).code).toBe('NOT_INSTALLED')
    await cluster.delete(kinds.configMap, 'sealift-receipt', 'sealift-system')
    expect((await rejection(rotateAdmin(site, host, recordedTalk()))).code).toBe('NOT_INSTALLED')
  })
})
