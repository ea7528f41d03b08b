/** What asking for a login does when nobody waits for it any more. */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { Asking } from '../../../../src/adapters/registry/asking.ts'
import { createAuthorize } from '../../../../src/adapters/registry/authorize.ts'
import { RecordingClock } from '../../../support/recording-clock.ts'

const stopped = new Error('stopped')
const challenged = { 'www-authenticate': 'Bearer realm="https://tokens.test/token"' }
const access = { names: ['registry.test'], scope: 'repository:app:pull' }

/** A registry that wants a token, of which no more than its challenge is ever answered. */
function registry(status = 401) {
  const sent: string[] = []
  const transport = {
    async send({ url }: Asking) {
      sent.push(url.host)
      const response = Readable.from([]) as IncomingMessage
      return { url, status, headers: challenged, body: response, response, authorization: undefined }
    },
    close() {},
  }
  return { sent, transport }
}

test.each([
  ['challenges', 401],
  ['hides what it has', 404],
])(
  'an end while a credential is looked for, of a registry that %s, does not wait for it',
  async (_, status) => {
    const { sent, transport } = registry(status)
    const stop = new AbortController()
    const looked = Promise.withResolvers<undefined>()
    const find = () => {
      queueMicrotask(() => stop.abort(stopped))
      return looked.promise
    }
    const authorize = createAuthorize(transport, find, new RecordingClock())
    const url = new URL('https://registry.test/v2/app/manifests/1')
    await expect(authorize({ subject: 'app:1', url, signal: stop.signal }, access)).rejects.toBe(stopped)
    looked.resolve(undefined)
    await new Promise(setImmediate)
    expect(sent).toEqual(['registry.test'])
  },
)

test('an end as a credential is found asks for no token either', async () => {
  const { sent, transport } = registry()
  const stop = new AbortController()
  const find = async () => {
    stop.abort(stopped)
    return undefined
  }
  const authorize = createAuthorize(transport, find, new RecordingClock())
  const url = new URL('https://registry.test/v2/app/manifests/1')
  await expect(authorize({ subject: 'app:1', url, signal: stop.signal }, access)).rejects.toBe(stopped)
  await new Promise(setImmediate)
  expect(sent).toEqual(['registry.test'])
})
