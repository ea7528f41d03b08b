/** Of identities none may be left out: it would be made a second time. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createInfisical } from '../../../../src/adapters/infisical/index.ts'
import { Secret, type TenancyServer } from '../../../../src/kernel/ports/index.ts'
import { RecordingClock } from '../../../support/recording-clock.ts'
import { rejection } from '../../site/wire/memory.ts'

const ci = { role: 'no-access', identity: { id: 'i', name: 'ci' } }
let server: Server
let listed: unknown
let tenancy: TenancyServer

beforeEach(async () => {
  server = createServer((request, response) => {
    const body = request.url?.includes('/auth/') ? { accessToken: 'u', token: 't' } : listed
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const infisical = createInfisical({ baseUrl, clock: new RecordingClock() })
  tenancy = (await infisical.login('a@b.c', new Secret('pw'), 'org')).tenancy
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

test.each([{ identities: [ci], totalCount: 1 }, { identities: [ci] }])('%j is all of them', async answer => {
  listed = answer
  expect(await tenancy.identities()).toEqual([{ id: 'i', name: 'ci', role: 'no-access', authMethods: [] }])
})

test('a list of which the server says that it is a part is refused', async () => {
  listed = { identities: [ci], totalCount: 101 }
  const { code, faults } = await rejection(tenancy.identities())
  expect([code, faults]).toEqual(['SERVER_FAILED', [': not all identities']])
})
