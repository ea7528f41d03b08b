/** A server that does not know the request for all folders, which no recording has: it is asked as was recorded. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tenancyContract } from './contract.ts'
import { startServers, type TenancyServers } from './servers.ts'

const tree = /\/environment-folder-tree$/

let servers: TenancyServers
beforeAll(async () => {
  servers = await startServers({ unknown: path => tree.test(path) })
})
afterAll(() => servers.stop())

tenancyContract('the client, against an older one', () => servers.session.tenancy)

it('is asked for the folders of each environment', () => {
  const asked = servers.watched.seen.filter(
    ({ method, path }) => method === 'GET' && path === '/api/v2/folders',
  )
  expect(asked.length).toBeGreaterThanOrEqual(3)
})
