/** Issuers as they are asked: a real HTTPS server with a CA of its own, and what goes wrong with one. */
import { createServer } from 'node:https'
import type { AddressInfo, LookupFunction } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createIssuers, isPrivateAddress } from '../../../src/adapters/issuers/index.ts'
import { selfSigned } from '../../support/certificate.ts'
import { freePort } from '../../support/free-port.ts'
import { type OidcIssuer, startOidcIssuer } from '../../support/oidc-issuer.ts'

const { signal } = new AbortController()
/** Every name is this machine. */
const here: LookupFunction = (_, options, done) =>
  options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)
const issuers = createIssuers(here)

describe('an issuer', () => {
  let issuer: OidcIssuer
  beforeAll(async () => {
    issuer = await startOidcIssuer({ hosts: ['ghe.bank.example'], path: '/_services/token' })
  })
  afterEach(() => issuer.fail(undefined))
  afterAll(() => issuer.stop())

  test('with a private CA is reached with that, in a private network', async () => {
    expect(await issuers.ask(issuer.url, issuer.ca, signal)).toEqual({
      reached: true,
      issuer: issuer.url,
      isPrivate: true,
    })
    expect(issuer.asked.slice(-2)).toEqual([
      '/_services/token/.well-known/openid-configuration',
      '/_services/token/jwks',
    ])
  })

  test.each([
    ['no CA', '', /self.signed certificate/],
    ['another CA', selfSigned('other').cert, /self.signed certificate|signature failure/],
  ])('with %s is not reached, and why is told', async (_, ca, why) => {
    expect(await issuers.ask(issuer.url, ca, signal)).toEqual({
      reached: false,
      why: expect.stringMatching(why),
    })
  })

  test('under a name that its certificate has not is not reached', async () => {
    const other = issuer.url.replace('ghe.bank.example', 'other.bank.example')
    const answer = await issuers.ask(other, issuer.ca, signal)
    expect(answer).toEqual({ reached: false, why: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') })
  })

  test('that answers with an error is told with its status and its address', async () => {
    issuer.fail(503)
    expect(await issuers.ask(issuer.url, issuer.ca, signal)).toEqual({
      reached: false,
      why: `${issuer.url}/.well-known/openid-configuration could not be fetched (status 503)`,
    })
  })

  test('is not asked any more when the work is interrupted', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'))
    await expect(issuers.ask(issuer.url, issuer.ca, stopped)).rejects.toThrow('stopped')
  })
})

test('where nobody listens is told', async () => {
  const answer = await issuers.ask(`https://127.0.0.1:${await freePort()}`, '', signal)
  expect(answer).toEqual({ reached: false, why: expect.stringContaining('ECONNREFUSED') })
})

test('a name that nobody knows is told', async () => {
  const nobody: LookupFunction = (host, _, done) =>
    done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }), '')
  const answer = await createIssuers(nobody).ask('https://nowhere.invalid', '', signal)
  expect(answer).toEqual({
    reached: false,
    why: 'https://nowhere.invalid/.well-known/openid-configuration could not be fetched (getaddrinfo ENOTFOUND nowhere.invalid)',
  })
})

describe('what is no discovery document', () => {
  const { cert, key } = selfSigned('issuer')
  test.each([
    ['a page', '<html>', 200, 'the answer is no JSON'],
    ['nothing', '', 200, 'the answer is no JSON'],
    ['another object', '{"message":"hello"}', 200, 'the answer is none: issuer'],
    ['one whose keys are not behind TLS', '{"issuer":"x","jwks_uri":"http://127.0.0.1/"}', 200, 'jwks_uri'],
    ['one whose keys are at localhost', '{"issuer":"x","jwks_uri":"https://localhost/"}', 200, 'never asks'],
    ['a redirect', '', 302, 'status 302'],
    ['too much', `"${'x'.repeat(2 ** 20)}"`, 200, 'larger than 1 MiB'],
  ])('%s is told, and nothing of it is shown', async (_, text, status, why) => {
    const server = createServer({ cert, key }, (_, response) => response.writeHead(status).end(text))
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    const answer = await issuers.ask(`https://127.0.0.1:${port}`, cert, signal)
    server.closeAllConnections()
    await new Promise(done => server.close(done))
    expect(answer).toEqual({ reached: false, why: expect.stringContaining(why) })
    expect(JSON.stringify(answer)).not.toMatch(/html|hello|xxx/)
  })
})

test.each([
  ...(['10.1.2.3', '127.0.0.1', '169.254.1.1', '172.16.0.1', '192.168.1.1', '100.64.0.1'] as const),
  ...(['::1', 'fd00::1', 'fe80::1', '::ffff:10.0.0.1'] as const),
])('%s is private', address => {
  expect(isPrivateAddress(address)).toBe(true)
})
test.each(['140.82.121.4', '172.32.0.1', '2606:50c0::1'])('%s is public', address => {
  expect(isPrivateAddress(address)).toBe(false)
})
