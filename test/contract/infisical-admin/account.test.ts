/** The user who is logged in: one contract for the client and for what stands in its place in tests of rooms. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Infisical, Secret } from '../../../src/kernel/ports/index.ts'
import { rejection } from '../../unit/site/wire/memory.ts'
import { memoryInfisical } from '../../unit/site/wire/memory-infisical.ts'
import { type FreshServer, type Servers, startServers } from './servers.ts'

const email = 'admin@site.local'
const [first, second] = [new Secret('Correct-Horse-9-Battery'), new Secret('Another-Horse-8-Battery')]

function accountContract(name: string, server: () => Infisical) {
  describe(`the account, ${name}`, () => {
    it('is in the organisation that bootstrap makes, as its admin', async () => {
      const { organizationId } = await server().bootstrap(email, first, 'openova')
      expect(await server().organizations(email, first)).toEqual([{ id: organizationId, name: 'openova' }])
      const session = await server().login(email, first, organizationId)
      expect(await session.account.role()).toBe('admin')
    })

    it('tells its organisations to nobody else', async () => {
      const error = await rejection(server().organizations(email, second))
      expect([error.code, error.message]).toEqual([
        'SERVER_FAILED',
        expect.stringContaining('Invalid credentials'),
      ])
    })

    it('gets no other password from who does not know the one it has', async () => {
      const session = await server().login(email, first)
      const error = await rejection(session.account.changePassword(second, second))
      expect([error.code, error.message]).toEqual(['SERVER_FAILED', expect.stringContaining('400')])
      expect(error.message).not.toContain(second.reveal())
      await server().login(email, first)
    })

    it('has the other password then, and not the one before', async () => {
      const session = await server().login(email, first)
      await session.account.changePassword(first, second)
      expect((await rejection(server().login(email, first))).message).toContain('Invalid credentials')
      const again = await server().login(email, second)
      expect(await again.account.role()).toBe('admin')
      await again.account.endSessions()
    })
  })
}

let servers: Servers
let standIn: FreshServer
beforeAll(async () => {
  servers = await startServers()
  standIn = await servers.start()
})
afterAll(() => servers.stop())

const memory = memoryInfisical()
accountContract('in memory', () => memory)
accountContract('by the client, against the stand-in', () => standIn.infisical)

it('sessions end with the password that began them, and when they are ended', async () => {
  const { infisical } = standIn
  const [one, other] = [await infisical.login(email, second), await infisical.login(email, second)]
  await one.account.changePassword(second, first)
  for (const session of [one, other])
    expect((await rejection(session.account.role())).message).toContain('401')
  const fresh = await infisical.login(email, first)
  await fresh.account.endSessions()
  expect((await rejection(fresh.account.role())).message).toContain('401')
})

it('an invited user, and one of another organisation, has no role', async () => {
  const { infisical, sql } = standIn
  await standIn.addUser('them@site.local', 'theirs', 'openova', 'admin')
  await sql(`UPDATE org_memberships SET status = 'invited'
    WHERE "userId" = (SELECT id FROM users WHERE username = 'them@site.local')`)
  const session = await infisical.login('them@site.local', new Secret('theirs'))
  expect(await session.account.role()).toBeUndefined()
})
