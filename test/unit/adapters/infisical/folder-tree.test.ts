/** The one request for all folders of a project is not recorded: whatever is answered to it, the recorded ones do. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createInfisical } from '../../../../src/adapters/infisical/index.ts'
import { Secret, type ServerProject } from '../../../../src/kernel/ports/index.ts'
import { RecordingClock } from '../../../support/recording-clock.ts'

const reqId = 'req-1'
const folder = (path: string) => ({ id: `id of ${path}`, path })
let server: Server
let tree: { readonly status: number; readonly body: unknown }
let asked: string[]
let open: () => Promise<ReadonlyMap<string, readonly { readonly path: string }[]>>

const project: ServerProject = {
  ...{ id: 'p', slug: 'talent-mesh', description: '', deleteProtection: false, deletedEnvironments: [] },
  environments: [
    { id: 'd', slug: 'dev' },
    { id: 'x', slug: 'prod' },
  ],
}

beforeEach(async () => {
  asked = []
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://any')
    asked.push(url.pathname)
    const isTree = url.pathname.endsWith('environment-folder-tree')
    const relativePath = `/${url.searchParams.get('environment')}-only`
    const otherwise = url.pathname.includes('/auth/')
      ? { accessToken: 'u', token: 't' }
      : { folders: [{ id: 'f', relativePath }] }
    const { status, body } = isTree ? tree : { status: 200, body: otherwise }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const infisical = createInfisical({ baseUrl, clock: new RecordingClock() })
  const { tenancy } = await infisical.login('a@b.c', new Secret('pw'), 'org')
  asked.length = 0
  open = () => tenancy.folders(project)
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const paths = (found: Awaited<ReturnType<typeof open>>) =>
  Object.fromEntries([...found].map(([slug, folders]) => [slug, folders.map(({ path }) => path)]))

test('is enough where it is answered as upstream’s source has it', async () => {
  const body = { dev: { folders: [folder('/'), folder('/a')] }, prod: { folders: [] }, old: { folders: [] } }
  tree = { status: 200, body }
  expect(paths(await open())).toEqual({ dev: ['/a'], prod: [], old: [] })
  expect(asked).toHaveLength(1)
})

test.each([
  ['the server does not know it', 404, { message: 'Route not found', error: 'Not Found', statusCode: 404 }],
  ['it is refused', 403, { reqId, statusCode: 403, message: 'no', error: 'PermissionDenied' }],
  ['its shape is refused', 422, { reqId, statusCode: 422, message: [], error: 'ValidationFailure' }],
  ['it is answered as a list', 200, [{ slug: 'dev', folders: [] }]],
  ['its folders have no paths', 200, { dev: { folders: [{ id: 'f', name: 'a' }] }, prod: { folders: [] } }],
  ['an environment is not in it', 200, { dev: { folders: [] } }],
])('is made up for where %s', async (_, status, body) => {
  tree = { status, body }
  expect(paths(await open())).toEqual({ dev: ['/dev-only'], prod: ['/prod-only'] })
  expect(asked).toHaveLength(3)
})

test.each([500, 429])('is not where the server fails: %i is told, for somebody to wait', async status => {
  tree = { status, body: { reqId, statusCode: status, message: 'Something went wrong', error: 'any' } }
  await expect(open()).rejects.toThrow(`Infisical answered ${status}`)
  expect(asked).toHaveLength(1)
})
