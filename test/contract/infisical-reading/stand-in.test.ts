import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { createApi } from '../../../src/adapters/infisical/api.ts'
import { createFolderReading } from '../../../src/adapters/infisical/folder-reading.ts'
import { Secret } from '../../../src/kernel/ports/index.ts'
import { systemClock } from '../infisical-client/system.ts'
import { startServers, type TenancyServers } from '../infisical-tenancy/servers.ts'
import { readingContract } from './contract.ts'

let servers: TenancyServers
let projectId = ''
beforeAll(async () => {
  servers = await startServers()
  const { tenancy } = servers.session
  projectId = (await tenancy.createProject({ slug: 'talent-mesh', defaultEnvironments: true })).id
  await tenancy.createFolder(projectId, 'prod', '/db/deep')
})
afterAll(() => servers.stop())

readingContract('the client, against the stand-in', () => ({
  reading: servers.session.folderReading,
  put: async (path, name, value) => {
    await servers.session.putSecret({ projectId, environment: 'prod', path }, name, new Secret(value))
  },
}))

it('refuses only in words that a real server was heard to use', () => {
  expect(servers.watched.seen.filter(({ unrecorded }) => unrecorded !== '')).toEqual([])
})

// Recorded: "ADR key through one store: list".
it('reads what a folder imports', async () => {
  const secret = { secretKey: 'POSTGRES_PASSWORD', secretValue: 'v', environment: 'prod', workspace: '' }
  const imports = [{ secretPath: '/', environment: 'prod', folderId: 'f', secrets: [secret] }]
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    // A value of the admin's own, which nobody else reads.
    const own = { secretKey: 'MINE', secretValue: 'v', secretPath: '/', type: 'personal' }
    response.end(JSON.stringify({ secrets: [own], imports }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const reading = createFolderReading(createApi(`http://127.0.0.1:${port}`, systemClock), new Secret('t'))
  const scope = { project: 'view', environment: 'all', path: '/talent-mesh/prod', recursive: false }
  const found = await reading.folder({ ...scope, expand: true })
  expect(found?.own).toEqual([])
  expect(found?.imported).toMatchObject([
    { environment: 'prod', path: '/', secrets: [{ name: 'POSTGRES_PASSWORD' }] },
  ])
})
