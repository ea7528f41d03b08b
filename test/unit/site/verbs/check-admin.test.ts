/** What `check` and `status` say of the admin that Sealift logs in as. */
import { beforeEach, describe, expect, test } from 'vitest'
import { statusText } from '../../../../src/cli/status-text.ts'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { type Cluster, kinds } from '../../../../src/kernel/ports/index.ts'
import { status } from '../../../../src/site/verbs/status.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { outputs } from '../../../support/outputs.ts'
import { type CheckSite, checkSite } from './check-site.ts'

let site: CheckSite
beforeEach(async () => {
  site = await checkSite()
})

const email = 'admin@site.local'
const good = { email, password: 'admins-own-password' }
const bad = { email, password: 'another' }
const keep = (place: string, values: Record<string, string>, adopted = false) =>
  site.cluster.apply(
    secretObject(place, 'infisical-admin', values, adopted ? { 'sealift.dev/adopted': 'true' } : {}),
  )

describe('check', () => {
  const said = async () => (await site.run()).verdicts.find(({ id }) => id === 'infisical/admin')

  test('says whether the server is an adopted one', async () => {
    expect(await said()).toEqual({
      ...{ id: 'infisical/admin', ok: true, message: 'logs in with the password that Sealift keeps' },
    })
    await keep('sealift-system', good, true)
    expect((await said())?.message).toContain('(adopted)')
  })

  test('takes the copy where somebody has spoilt the login, for its sync as well', async () => {
    await keep('sealift-system', bad)
    await keep('infisical', good)
    const { ok, verdicts } = await site.run()
    expect(ok).toBe(true)
    const { message = '' } = verdicts.find(({ id }) => id === 'infisical/admin') ?? {}
    expect(message).toContain('with the copy of its password in namespace infisical')
    expect(message).toContain('whose own the server does not take')
  })

  test('says that a rotation was stopped, and how it ends', async () => {
    await keep('sealift-system', { ...bad, nextPassword: good.password })
    expect(await said()).toMatchObject({ ok: true, message: expect.stringContaining('sealift rotate admin') })
  })

  test('says how a login that is gone comes back', async () => {
    await site.cluster.delete(kinds.secret, 'infisical-admin', 'sealift-system')
    expect(await said()).toMatchObject({ ok: false, hint: expect.stringContaining('admin.password') })
  })
})

describe('status', () => {
  const found = async (host = site.host) => {
    const result = await status(host)
    outputs.status.parse(result)
    return { admin: 'admin' in result ? result.admin : undefined, text: statusText(result) }
  }

  test('says who the admin is, and whether the server was adopted', async () => {
    const own = await found()
    expect(own.admin).toEqual({ email, setUp: 'sealift' })
    expect(own.text).toContain(`\n  admin   ${email}\n`)
    await keep('sealift-system', good, true)
    const adopted = await found()
    expect(adopted.admin).toEqual({ email, setUp: 'adopted' })
    expect(adopted.text).toContain(`${email} (adopted: Infisical was set up already)`)
  })

  test('says nothing of it to whoever may not see Secrets, or where there is none', async () => {
    const get: Cluster['get'] = async (kind, name, ...where) => {
      if (name === 'infisical-admin') throw new SealiftError('CLUSTER_DENIED', 'not this one')
      return await site.cluster.get(kind, name, ...where)
    }
    const host = { ...site.host, cluster: { ...site.cluster, get } }
    expect((await found(host)).admin).toBeUndefined()
    await site.cluster.delete(kinds.secret, 'infisical-admin', 'sealift-system')
    expect(await found()).toMatchObject({ admin: undefined, text: expect.not.stringContaining('admin ') })
  })
})
