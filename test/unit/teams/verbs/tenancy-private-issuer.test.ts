/** Issuers in private networks, which a server asks only where its environment lets it. */
import { beforeEach, expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { environmentSecret } from '../../../../src/kernel/server-variables/index.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { lines, type Verbs, verbs } from './helpers.ts'

const place = { name: 'infisical', namespace: 'infisical' }
const discovery = 'https://ghe.bank/_services/token'
const github = { owner: 'openova', repositories: ['app'], branches: ['main'], server: 'https://ghe.bank' }
const tenancy = (login?: object) =>
  tenancyOf({ projects: [], identities: [{ name: 'ci', ...(login && { login }) }] })
const wanted = tenancy({ github })
const variable =
  'create variable ALLOW_INTERNAL_IP_CONNECTIONS: issuers in private networks can be asked; the server starts anew once'

let site: Verbs
let starts: number
beforeEach(async () => {
  site = await verbs()
  starts = 0
  site.issuers.answers.set(discovery, { reached: true, issuer: discovery, isPrivate: true })
  site.server.logins.internalHosts.add('ghe.bank')
  const { cluster } = site
  const keys = { ENCRYPTION_KEY: 'k', AUTH_SECRET: 'a' }
  for (const name of ['sealift-system', 'infisical'])
    await cluster.apply(environmentSecret(name, { wired: keys, more: {} }))
  cluster.behaviour.react = async (object, self) => {
    if (object.kind !== 'Deployment') return
    starts++
    // What it starts with is what is in the Secret then.
    const secret = await self.get(kinds.secret, 'infisical-secrets', 'infisical')
    const isSet = JSON.stringify(secret?.['data']).includes('ALLOW_INTERNAL_IP_CONNECTIONS')
    if (isSet) site.server.logins.internalHosts.clear()
    else site.server.logins.internalHosts.add('ghe.bank')
    const status = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }
    await self.applyAs('controller', { ...kinds.deployment, metadata: place, status } as never)
  }
  await cluster.applyAs('helm', { ...kinds.deployment, metadata: place, spec: { replicas: 1 } } as never)
  starts = 0
})

test('one is planned with the variable that it needs, which is set with one restart before the login is attached', async () => {
  expect(lines((await site.plan(wanted)).differences)[0]).toBe(variable)
  expect(starts).toBe(0)
  const applied = await site.apply(wanted)
  expect(lines(applied.changed)[0]).toBe(variable)
  expect([applied.unmet, starts]).toEqual([[], 1])
  const id = (await site.server.identities()).find(({ name }) => name === 'ci')?.id ?? ''
  expect(site.server.logins.methodsOf(id)).toEqual(['oidc-auth'])
  expect((await site.plan(wanted)).equal).toBe(true)
})

test('a second apply starts nothing, nor does one while the issuer is away', async () => {
  await site.apply(wanted)
  expect((await site.apply(wanted)).changed).toEqual([])
  site.issuers.answers.set(discovery, { reached: false, why: 'no answer' })
  expect((await site.apply(wanted)).changed).toEqual([])
  expect(starts).toBe(1)
})

test('where no login needs it any more it is taken back, once', async () => {
  await site.apply(wanted)
  await site.apply(tenancy())
  expect(starts).toBe(2)
  await site.apply(tenancy())
  expect(starts).toBe(2)
})

test('a file that says nothing of machines takes nothing back', async () => {
  await site.apply(wanted)
  await site.apply(tenancyOf({ projects: [] }))
  expect(starts).toBe(1)
})

test('an issuer in public needs none', async () => {
  site.issuers.answers.set(discovery, { reached: true, issuer: discovery, isPrivate: false })
  site.server.logins.internalHosts.clear()
  expect(lines((await site.apply(wanted)).changed)).not.toContain(variable)
  expect(starts).toBe(0)
})
