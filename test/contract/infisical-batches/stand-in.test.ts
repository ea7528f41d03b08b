import { afterAll, beforeAll, expect, it } from 'vitest'
import { startServers, type TenancyServers } from '../infisical-tenancy/servers.ts'
import { batchesContract } from './contract.ts'

let servers: TenancyServers
beforeAll(async () => {
  servers = await startServers()
})
afterAll(() => servers.stop())

batchesContract('the client, against the stand-in', () => servers.session)

it('are refused only in words that a real server was heard to use', () => {
  expect(servers.watched.seen.length).toBeGreaterThan(20)
  expect(servers.watched.seen.filter(({ unrecorded }) => unrecorded !== '')).toEqual([])
})
