import { afterAll, beforeAll, expect, it } from 'vitest'
import { Secret } from '../../../src/kernel/ports/index.ts'
import { startServers, type TenancyServers } from '../infisical-tenancy/servers.ts'
import { sharingContract } from './contract.ts'

const grants = /\/project-folder-grants$/

let servers: TenancyServers
let older: TenancyServers
beforeAll(async () => {
  ;[servers, older] = await Promise.all([
    startServers(),
    startServers({ unknown: path => grants.test(path) }),
  ])
})
afterAll(() => Promise.all([servers.stop(), older.stop()]))

sharingContract('the client, against the stand-in', () => ({
  tenancy: servers.session.tenancy,
  sharing: servers.session.sharing,
  tell: () => servers.again({ CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST: servers.session.organizationId }),
  put: async (place, name) => void (await servers.session.putSecret(place, name, new Secret('value'))),
}))

it('refuses only in words that a real server was heard to use', () => {
  expect(servers.watched.seen.filter(({ status }) => status >= 400).length).toBeGreaterThan(2)
  expect(servers.watched.seen.filter(({ unrecorded }) => unrecorded !== '')).toEqual([])
})

it('an older server is told by its not knowing grants', async () => {
  const { tenancy, sharing } = older.session
  const { id } = await tenancy.createProject({ slug: 'team-one', defaultEnvironments: true })
  expect(await sharing.grants(id)).toBeUndefined()
})
