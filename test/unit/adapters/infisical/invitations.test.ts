/** Links that let people in come into a file, a line each. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createInfisical } from '../../../../src/adapters/infisical/index.ts'
import { Secret, type TenancyServer } from '../../../../src/kernel/ports/index.ts'
import { RecordingClock } from '../../../support/recording-clock.ts'
import { rejection } from '../../site/wire/memory.ts'

let server: Server
let link = ''
let tenancy: TenancyServer

beforeEach(async () => {
  server = createServer((request, response) => {
    const body = request.url?.includes('/auth/')
      ? { accessToken: 'u', token: 't' }
      : { completeInviteLinks: [{ email: 'A@bank.example', link }] }
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

test('a link is kept as it is', async () => {
  link = 'http://x/signupinvite?token=1&to=a@bank.example'
  const [invitation] = await tenancy.invite(['a@bank.example'])
  expect([invitation?.email, invitation?.link.reveal()]).toEqual(['a@bank.example', link])
})

test.each(['http://x/1\nb@bank.example http://y/2', 'http://x/\u001b[8m1'])('%j is none', async given => {
  link = given
  const { code, faults } = await rejection(tenancy.invite(['a@bank.example']))
  expect([code, faults]).toEqual(['SERVER_FAILED', ['completeInviteLinks.0.link: no line']])
})
