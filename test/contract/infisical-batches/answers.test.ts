/** What the client makes of answers that the stand-in does not give. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createApi } from '../../../src/adapters/infisical/api.ts'
import { createSecretBatches } from '../../../src/adapters/infisical/secret-batches.ts'
import { Secret, type SecretBatches } from '../../../src/kernel/ports/index.ts'
import { RecordingClock } from '../../support/recording-clock.ts'
import { rejection } from '../../unit/site/wire/memory.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

/** A client whose every request is answered so. */
async function answered(status: number, body: unknown): Promise<SecretBatches> {
  server = createServer((request, response) => {
    request.resume()
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const api = createApi(`http://127.0.0.1:${port}`, new RecordingClock(), { attempts: 1 })
  return createSecretBatches(api, new Secret('token-of-the-admin'))
}

const place = { projectId: 'p', environment: 'prod', path: '/' }
const scope = { project: 'p', environment: 'prod', path: '/', expandSecretReferences: false }
const values = ['hunter2-of-the-database', 'e', 'on', 'two "quoted"\nlines', 'a']
const secrets = values.map((value, i) => ({ name: `NAME_${i}`, value: new Secret(value) }))
const revealed = (found: ReadonlyMap<string, Secret> | undefined) =>
  found && Object.fromEntries([...found].map(([name, value]) => [name, value.reveal()]))

describe('a batch that the server does not write', () => {
  it('because somebody must approve it first is told as that', async () => {
    const batches = await answered(200, { approval: { id: 'a', status: 'open' } })
    const error = await rejection(batches.putSecrets(place, secrets))
    expect(error).toMatchObject({ code: 'SERVER_FAILED' })
    expect(error.message).toBe(
      'an approval policy holds back what was to be written to /: nothing of it has changed',
    )
  })

  it.each([
    ['as it is', { reqId: 'r', message: 'cannot keep hunter2-of-the-database here' }],
    ['as JSON has it', { reqId: 'r', message: 'of two \\"quoted\\"\\nlines' }],
    ['short', { reqId: 'r', message: "Invalid value, received 'on'" }],
    ['in another shape', '<html>hunter2-of-the-database</html>'],
    ['in an issue', { reqId: 'r', message: [{ path: ['secrets', 0], message: 'hunter2-of-the-database' }] }],
  ])('and that it repeats a value of, %s, is told without its words', async (_, body) => {
    const batches = await answered(422, body)
    const { message } = await rejection(batches.putSecrets(place, secrets))
    expect(message).toMatch(
      /^Infisical answered 422 to PATCH \/api\/v4\/secrets\/batch: what it said is not shown/,
    )
  })

  it('is told in the server’s words where they have no value', async () => {
    const message = [{ path: ['secrets', 3, 'secretKey'], message: 'Secret name cannot contain it' }]
    const batches = await answered(422, { reqId: 'r', message })
    expect((await rejection(batches.putSecrets(place, secrets))).message).toMatch(
      /422 .*: secret NAME_3: Secret name cannot contain it$/,
    )
  })

  it('is told in whole words where a value is one letter of them', async () => {
    const batches = await answered(400, { reqId: 'r', message: 'Something here is wrong' })
    const one = [{ name: 'A', value: new Secret('e') }]
    expect((await rejection(batches.putSecrets(place, one))).message).toMatch(/: Something here is wrong$/)
  })

  it('says nothing of the token either', async () => {
    const batches = await answered(401, { reqId: 'r', message: 'no such token: token-of-the-admin' })
    const { message } = await rejection(batches.putSecrets(place, secrets))
    expect(message).toMatch(/no such token: \[secret\]$/)
  })
})

describe('a folder', () => {
  const one = (secretKey: string, secretValue: string, type?: string) => ({ secretKey, secretValue, type })

  it('has what all share, and not somebody’s own beside it', async () => {
    const listed = [one('A', 'shared'), one('A', 'own', 'personal'), one('B', 'v', 'shared')]
    expect(revealed(await (await answered(200, { secrets: listed })).secretsIn(place))).toEqual({
      A: 'shared',
      B: 'v',
    })
  })

  it('has for a store what it imports, where it has none of that name: the first import counts', async () => {
    const imports = [
      { secrets: [one('A', 'imported'), one('C', 'first')] },
      { secrets: [one('C', 'second'), one('D', 'v')] },
    ]
    const batches = await answered(200, { secrets: [one('A', 'own')], imports })
    expect(revealed(await batches.readByStore(scope))).toEqual({ A: 'own', C: 'first', D: 'v' })
  })

  it('is not guessed where a secret has no value', async () => {
    const batches = await answered(200, { secrets: [{ secretKey: 'A' }] })
    expect((await rejection(batches.secretsIn(place))).message).toMatch(/has another shape/)
  })

  it('may have more than other answers', async () => {
    const large = Array.from({ length: 20 }, (_, i) => one(`L${i}`, 'x'.repeat(1_000_000)))
    expect((await (await answered(200, { secrets: large })).secretsIn(place))?.size).toBe(20)
  })
})
