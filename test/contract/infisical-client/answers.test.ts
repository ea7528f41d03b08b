import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { createInfisical } from '../../../src/adapters/infisical/index.ts'
import { type Clock, Secret } from '../../../src/kernel/ports/index.ts'
import { freePort } from '../../support/free-port.ts'
import { RecordingClock } from '../../support/recording-clock.ts'
import { rejection } from '../../unit/site/wire/memory.ts'

interface Planned {
  readonly status: number
  readonly body: unknown
}

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

/** A server that gives the planned answers, the last one for ever; counts the requests. */
async function answering(...plan: readonly Planned[]) {
  const seen = { requests: 0 }
  server = createServer((_, response) => {
    const { status, body } = plan[Math.min(seen.requests, plan.length - 1)] ?? { status: 500, body: '' }
    seen.requests += 1
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const baseUrl = `http://127.0.0.1:${port}`
  return { seen, baseUrl, infisical: createInfisical({ baseUrl, clock: new RecordingClock() }) }
}

const ok = { status: 200, body: { message: 'Ok' } }
const config = { status: 200, body: { config: { initialized: true } } }
const down = { status: 503, body: 'no healthy upstream' }

describe("a server's answers", () => {
  it('are asked for again while it starts', async () => {
    const { seen, infisical } = await answering(down, { status: 502, body: '' }, ok, config)
    expect(await infisical.status()).toEqual({ initialized: true })
    expect(seen.requests).toBe(4)
  })

  it('end in an error when it never starts', async () => {
    const { seen, infisical } = await answering(down)
    const error = await rejection(infisical.status())
    expect(error.code).toBe('SERVER_FAILED')
    expect(error.exitCode).toBe(54)
    expect(error.message).toBe('Infisical answered 503 to GET /api/status: no healthy upstream')
    expect(seen.requests).toBe(40)
    const nobody = createInfisical({
      baseUrl: `http://127.0.0.1:${await freePort()}`,
      clock: new RecordingClock(),
    })
    expect((await rejection(nobody.status())).message).toBe(
      'no answer from Infisical to GET /api/status: ECONNREFUSED',
    )
  })

  it.each([[[null]], [['text']], [[{ path: 'x', message: 'no' }]], [{ a: 1 }]])(
    'of a refusal may have any shape: %j',
    async message => {
      const { infisical } = await answering({ status: 400, body: { reqId: 'r', message } })
      const error = await rejection(infisical.status())
      expect(error.code).toBe('SERVER_FAILED')
      expect(error.message).toContain(`Infisical answered 400 to GET /api/status: {"reqId":"r","message":`)
    },
  )

  it.each([
    ['as it is', 'pa"ss\\word ä'],
    ['as JSON has it', JSON.stringify('pa"ss\\word ä')],
    ['as a URI has it', encodeURIComponent('pa"ss\\word ä')],
  ])('that repeat the password do not show it: %s', async (_, said) => {
    const { infisical } = await answering({ status: 400, body: `you said ${said}` })
    const error = await rejection(infisical.login('a@b', new Secret('pa"ss\\word ä')))
    expect(error.message).toMatch(/you said "?\[secret\]"?$/)
  })

  it('with a thousand faults are told by some of them', async () => {
    const organizations = Array.from({ length: 1000 }, () => 1)
    const { infisical } = await answering(
      { status: 200, body: { accessToken: 't' } },
      { status: 200, body: { organizations } },
    )
    const error = await rejection(infisical.login('a@b', new Secret('pw')))
    expect(error.faults).toHaveLength(10)
  })

  it('are asked for as often as there is time for, and not once it is over', async () => {
    const { seen, baseUrl } = await answering(down)
    const clock = new RecordingClock()
    await rejection(createInfisical({ baseUrl, clock, attempts: 3 }).status())
    expect(seen.requests).toBe(3)
    const over = AbortSignal.abort(new Error('over'))
    await expect(createInfisical({ baseUrl, clock, signal: over }).status()).rejects.toThrow('over')
    expect(seen.requests).toBe(3)
  })

  it('are never asked for twice where a repeat could do harm', async () => {
    const { seen, infisical } = await answering(down)
    await rejection(infisical.bootstrap('a@b.c', new Secret('pw'), 'o'))
    await rejection(infisical.loginIdentity({ clientId: 'c', clientSecret: new Secret('s') }))
    expect(seen.requests).toBe(2)
  })

  it('are made printable, and lose what was sent', async () => {
    const body = { message: 'bad value hunter2-secret \u001b[31m' }
    const { infisical } = await answering({ status: 400, body })
    const error = await rejection(infisical.bootstrap('a@b.c', new Secret('hunter2-secret'), 'o'))
    expect(error.message).toBe(
      'Infisical answered 400 to POST /api/v1/admin/bootstrap: bad value [secret] \\u{1b}[31m',
    )
    expect(inspect(error, { depth: 9 })).not.toContain('hunter2-secret')
  })

  it('of another shape are said to be so', async () => {
    const { infisical } = await answering(ok, { status: 200, body: { config: {} } })
    const error = await rejection(infisical.status())
    expect(error.message).toBe("Infisical's answer to GET /api/v1/admin/config has another shape")
    expect(error.faults).toEqual([expect.stringContaining('config.initialized')])
  })

  it('that are no JSON do not break it', async () => {
    const { infisical } = await answering({ status: 200, body: '<html>' })
    expect((await rejection(infisical.status())).code).toBe('SERVER_FAILED')
  })

  it('of a server that is too old are explained', async () => {
    const message = 'Route POST:/api/v1/admin/bootstrap not found'
    const { infisical } = await answering({
      status: 404,
      body: { message, error: 'Not Found', statusCode: 404 },
    })
    const error = await rejection(infisical.bootstrap('a@b.c', new Secret('pw'), 'o'))
    expect(error.hints).toEqual(['This server is older than Sealift supports.'])
  })

  it('that something is not there count only where Infisical itself says so', async () => {
    const login = { status: 200, body: { accessToken: 'u' } }
    const selected = { status: 200, body: { token: 't', isMfaEnabled: false } }
    const ask = async (...answers: readonly Planned[]) => {
      const { infisical } = await answering(login, selected, ...answers)
      return (await infisical.login('a@b.c', new Secret('pw'), 'org')).project('talent-mesh')
    }
    const text = { message: 'in whatever words', error: 'NotFound', statusCode: 404 }
    expect(await ask({ status: 404, body: { reqId: 'req-1', ...text } })).toBeUndefined()
    const inBetween = await rejection(ask({ status: 404, body: '<h1>no backend</h1>' }))
    expect([inBetween.code, inBetween.hints]).toEqual(['SERVER_FAILED', []])
    const old = await rejection(ask({ status: 404, body: { ...text, error: 'Not Found' } }))
    expect(old.hints).toEqual(['This server is older than Sealift supports.'])
  })

  it('are not waited for after an abort', async () => {
    const { seen, baseUrl } = await answering(down)
    const stop = new AbortController()
    const clock = new RecordingClock()
    const sleep: Clock['sleep'] = async (milliseconds, signal) => {
      stop.abort(new Error('stopped'))
      await clock.sleep(milliseconds, signal)
    }
    const infisical = createInfisical({ baseUrl, clock: { now: () => 0, sleep }, signal: stop.signal })
    await expect(infisical.status()).rejects.toThrow('stopped')
    expect(seen.requests).toBe(1)
  })

  it('that approve nothing yet are not taken for a change', async () => {
    const login = { status: 200, body: { accessToken: 'u' } }
    const selected = { status: 200, body: { token: 't', isMfaEnabled: false } }
    const absent = { status: 404, body: { reqId: 'req-1', message: 'not found', error: 'NotFound' } }
    const approval = { status: 200, body: { approval: { id: '1' } } }
    const { infisical } = await answering(login, selected, absent, approval)
    const session = await infisical.login('a@b.c', new Secret('pw'), 'org')
    const place = { projectId: 'p', environment: 'prod', path: '/' }
    expect((await rejection(session.putSecret(place, 'A', new Secret('v')))).code).toBe('SERVER_FAILED')
  })

  it('that want a second factor are explained', async () => {
    const login = { status: 200, body: { accessToken: 'u' } }
    const { infisical } = await answering(login, { status: 200, body: { token: 't', isMfaEnabled: true } })
    const error = await rejection(infisical.login('a@b.c', new Secret('pw'), 'org'))
    expect(error.message).toContain('second factor')
  })
})
