import { generateKeyPairSync } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { driftFault } from '../../../../src/teams/verbs/tenancy-plan.ts'
import { selfSigned } from '../../../support/certificate.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { lines, type Verbs, verbs } from './helpers.ts'

let site: Verbs
beforeEach(async () => {
  site = await verbs()
})

const gitHub = 'https://token.actions.githubusercontent.com'
const github = { owner: 'openova', repositories: ['app', 'svc-*'], branches: ['main'] }
const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString()
const jwt = { keys: [key], issuer: 'https://ci.bank', audiences: ['sealift'], subjects: ['deploy'] }
const access = [{ project: 'talent-mesh', read: ['/ci/**'] }]
const ci = (login?: object, name = 'ci') =>
  tenancyOf({
    projects: [{ slug: 'talent-mesh', environments: ['prod'], folders: ['/ci'] }],
    identities: [{ name, access, ...(login && { login }) }],
  })
const ofLogins = (all: readonly string[]) => all.filter(line => line.includes(' login '))
const logins = async (login?: object) => ofLogins(lines((await site.plan(ci(login))).differences))
const idOf = async (name: string) =>
  (await site.server.identities()).find(identity => identity.name === name)?.id ?? ''

describe('a login by tokens', () => {
  test('is attached as planned; a second apply asks for it once, and changes nothing', async () => {
    const wanted = `create login ci: oidc of ${gitHub}: repository_owner openova, repository openova/app or openova/svc-*, event_name push or workflow_dispatch or schedule, ref refs/heads/main`
    expect(await logins({ github })).toEqual([wanted])
    expect(ofLogins(lines((await site.apply(ci({ github }))).changed))).toEqual([wanted])
    const { issuer, audiences, subject, ttl } = site.server.logins.of(await idOf('ci'), 'oidc') ?? {}
    expect([issuer, audiences, subject, ttl]).toEqual([gitHub, ['https://github.com/openova'], '', 3600])
    const [before, changes] = [site.server.asked.length, site.server.changes().length]
    expect((await site.apply(ci({ github }))).changed).toEqual([])
    expect(site.server.changes()).toHaveLength(changes)
    expect(site.server.asked.slice(before).filter(name => name.startsWith('login'))).toEqual([
      'login ci oidc',
    ])
    expect((await site.plan(ci({ github }))).equal).toBe(true)
  })

  test('that is another one is changed, and drift', async () => {
    await site.apply(ci({ github }))
    const wider = { github: { ...github, branches: ['main', 'release/*'] }, ttl: '15m' }
    const changed =
      'change login ci: ref refs/heads/main → refs/heads/main or refs/heads/release/*; ttl 3600 s → 900 s'
    expect(await logins(wider)).toEqual([changed])
    expect(driftFault(await site.plan(ci(wider)))?.code).toBe('TENANCY_DRIFT')
    expect(ofLogins(lines((await site.apply(ci(wider))).changed))).toEqual([changed])
    expect(site.server.changes()).toContain('changeLogin ci oidc')
    expect((await site.plan(ci(wider))).equal).toBe(true)
  })

  test('the order of what is in a list is no difference', async () => {
    await site.apply(ci({ github }))
    expect(await logins({ github: { ...github, repositories: ['svc-*', 'app'] } })).toEqual([])
  })

  test('of another kind takes its place, and the old one goes, after the new one is there', async () => {
    await site.apply(ci({ github }))
    const text = 'change login ci: jwt of https://ci.bank: sub deploy; no oidc any more'
    expect(ofLogins(lines((await site.apply(ci({ jwt }))).changed))).toEqual([text])
    expect(site.server.changes().slice(-2)).toEqual(['attachLogin ci jwt', 'revokeLogin ci oidc'])
    expect((await site.plan(ci({ jwt }))).equal).toBe(true)
  })

  test('that was added by hand beside it is drift, and goes', async () => {
    await site.apply(ci({ jwt }))
    const id = await idOf('ci')
    await site.apply(ci({ github }, 'other'))
    const stranger = site.server.logins.of(await idOf('other'), 'oidc')
    if (stranger === undefined) throw new Error('no login')
    await site.server.logins.attach(id, stranger)
    expect(await logins({ jwt })).toEqual(['change login ci: no oidc any more'])
    await site.apply(ci({ jwt }))
    expect(site.server.logins.methodsOf(id)).toEqual(['jwt-auth'])
  })

  test('of an identity for which the file names none is left alone, and not asked for', async () => {
    await site.apply(ci({ github }))
    const before = site.server.asked.length
    expect((await site.apply(ci())).changed).toEqual([])
    expect(site.server.asked.slice(before).some(name => /login/i.test(name))).toBe(false)
    expect(site.server.logins.methodsOf(await idOf('ci'))).toEqual(['oidc-auth'])
  })

  test('of an identity whose name several have is not given', async () => {
    await site.server.createIdentity('ci')
    await site.server.createIdentity('ci')
    expect(await logins({ github })).toEqual([])
  })
})

describe('an issuer', () => {
  const why = `${gitHub}/.well-known/openid-configuration could not be fetched (getaddrinfo ENOTFOUND)`
  const unmet = async (login: object) => (await site.apply(ci(login))).unmet

  test('that cannot be reached is known beforehand: nothing is attached, the rest is done', async () => {
    site.issuers.answers.set(gitHub, { reached: false, why })
    const told = {
      name: 'login of identity ci',
      why: `${why}: the server must reach it at every login; where it cannot, use login.jwt with the issuer's public keys`,
    }
    expect(await site.plan(ci({ github }))).toMatchObject({ unmet: [told], equal: false })
    const applied = await site.apply(ci({ github }))
    expect(applied.unmet).toEqual([told])
    expect(site.server.changes().filter(name => /Login/.test(name))).toEqual([])
    expect(lines(applied.changed).some(line => line.startsWith('create privilege ci'))).toBe(true)
  })

  test('that is away for a while is no matter where the login is there already', async () => {
    await site.apply(ci({ github }))
    site.issuers.answers.set(gitHub, { reached: false, why })
    expect((await site.plan(ci({ github }))).equal).toBe(true)
  })

  test('that the server alone cannot find is told after its 500, the rest is done, once', async () => {
    site.server.logins.unknownHosts.add('token.actions.githubusercontent.com')
    const applied = await site.apply(ci({ github }))
    expect(applied.unmet.map(found => found.why)).toEqual([
      "the server answered 500, as it does where its pods cannot resolve token.actions.githubusercontent.com: use login.jwt with the issuer's public keys",
    ])
    expect(site.server.changes().filter(name => name.startsWith('attachLogin'))).toHaveLength(1)
    expect(site.clock.sleeps).toEqual([])
    expect(ofLogins(lines(applied.changed))).toEqual([])
  })

  test('that the server does not take is told in its words', async () => {
    site.server.logins.internalHosts.add('ghe.bank')
    const [told] = await unmet({ github: { ...github, server: 'https://ghe.bank' } })
    expect(told?.why).toContain('Local IPs not allowed as URL')
  })

  test('that calls itself otherwise is told', async () => {
    const answer = { reached: true, issuer: 'https://old.bank', isPrivate: false } as const
    site.issuers.answers.set('https://sso.bank', answer)
    const [told] = await unmet({ oidc: { ...jwt, keys: undefined, issuer: 'https://sso.bank' } })
    expect(told?.why).toBe(
      'who answers at https://sso.bank calls itself https://old.bank, and so do its tokens',
    )
  })

  test('is asked once for all identities that log in with its tokens', async () => {
    const identities = ['a', 'b'].map(name => ({ name, login: { github } }))
    await site.plan(tenancyOf({ projects: [], identities }))
    expect(site.issuers.asked).toEqual([{ discovery: gitHub, ca: '' }])
  })
})

describe('the CA of an issuer', () => {
  const { cert } = selfSigned('issuer')
  const place = { namespace: 'infisical', name: 'ghe-ca', key: 'ca.crt' }
  const enterprise = (ca: unknown) => ({ github: { ...github, server: 'https://ghe.bank', ca } })

  test('comes from the file or from a Secret, and is given to the server', async () => {
    await site.cluster.apply(secretObject('infisical', 'ghe-ca', { 'ca.crt': cert }))
    await site.apply(ci(enterprise(place)))
    const discovery = 'https://ghe.bank/_services/token'
    expect(site.issuers.asked).toEqual([{ discovery, ca: cert }])
    const given = site.server.logins.of(await idOf('ci'), 'oidc')
    expect(given).toMatchObject({
      discovery,
      issuer: discovery,
      audiences: ['https://ghe.bank/openova'],
      ca: cert,
    })
    expect(await logins(enterprise(`${cert.trim()}\n\n`))).toEqual([])
  })

  test.each([
    ['is not there', undefined, 'there is no Secret infisical/ghe-ca, which has the CA of its issuer'],
    [
      'has no such key',
      { other: cert },
      'the Secret infisical/ghe-ca has no key ca.crt with the CA of its issuer',
    ],
    [
      'is no certificate',
      { 'ca.crt': 'x' },
      'ca.crt of the Secret infisical/ghe-ca is no certificate as PEM',
    ],
  ])('in a Secret that %s is told, and nothing is attached', async (_, data, why) => {
    if (data !== undefined) await site.cluster.apply(secretObject('infisical', 'ghe-ca', data as never))
    expect((await site.apply(ci(enterprise(place)))).unmet).toEqual([{ name: 'login of identity ci', why }])
    expect(site.server.logins.methodsOf(await idOf('ci'))).toEqual([])
  })
})
