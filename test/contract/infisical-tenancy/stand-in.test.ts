import { afterAll, beforeAll, expect, it } from 'vitest'
import { tenancyContract } from './contract.ts'
import { startServers, type TenancyServers } from './servers.ts'

let servers: TenancyServers
beforeAll(async () => {
  servers = await startServers()
})
afterAll(() => servers.stop())

tenancyContract('the client, against the stand-in', () => servers.session.tenancy)

it('refuses only in words that a real server was heard to use', () => {
  expect(servers.watched.seen.length).toBeGreaterThan(10)
  expect(servers.watched.seen.filter(({ unrecorded }) => unrecorded !== '')).toEqual([])
})
