/** What an interruption must not end: a request whose answer is given once, and one that takes away what must not stay. */
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createInfisical } from '../../../../src/adapters/infisical/index.ts'
import { type InfisicalSession, Secret } from '../../../../src/kernel/ports/index.ts'
import { RecordingClock } from '../../../support/recording-clock.ts'

const stopped = new Error('stopped')
let server: Server
let work: AbortController
let session: InfisicalSession
/** Called with each request, by its method and path, once the login is over. */
let asked: (request: string, answer: (body: unknown) => void) => void

beforeEach(async () => {
  const login = ['/api/v3/auth/login', '/api/v3/auth/select-organization']
  const answer = (response: ServerResponse) => (body: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  server = createServer((request, response) => {
    const { method, url = '' } = request
    if (login.includes(url)) answer(response)({ accessToken: 'u', token: 't' })
    else asked(`${method} ${url}`, answer(response))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  work = new AbortController()
  const infisical = createInfisical({ baseUrl, clock: new RecordingClock(), signal: work.signal })
  session = await infisical.login('a@b.c', new Secret('pw'), 'org')
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

test('the links of people who are being invited arrive', async () => {
  asked = (_, answer) => {
    work.abort(stopped)
    answer({ completeInviteLinks: [{ email: 'ada@site.local', link: 'http://site/in?token=one' }] })
  }
  const invitations = await session.tenancy.invite(['ada@site.local'])
  expect(invitations.map(({ email, link }) => [email, link.reveal()])).toEqual([
    ['ada@site.local', 'http://site/in?token=one'],
  ])
})

test('an identity that was made to try with is still deleted', async () => {
  const requests: string[] = []
  asked = (request, answer) => {
    requests.push(request)
    answer({ identity: {} })
  }
  work.abort(stopped)
  expect(await session.deleteIdentity('twin')).toBe(true)
  expect(requests).toEqual(['DELETE /api/v1/identities/twin'])
})

test('what can be asked again is ended', async () => {
  asked = () => work.abort(stopped)
  await expect(session.tenancy.createIdentity('ci')).rejects.toBe(stopped)
  await expect(session.tenancy.people()).rejects.toBe(stopped)
})
