/** All that an install asks of Infisical, twice: nothing is changed again, and nothing rests on made-up answers. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { createInfisical } from '../../../src/adapters/infisical/index.ts'
import { credentialsSecretName, secretData } from '../../../src/kernel/access/index.ts'
import { kinds, Secret } from '../../../src/kernel/ports/index.ts'
import {
  ensureAdmin,
  ensureTenancy,
  prove,
  readManifests,
  revokeCredentials,
} from '../../../src/site/wire/index.ts'
import { secretObject } from '../../../src/site/wire/secrets.ts'
import { newKeys, type StandIn, startStandIn } from '../../support/infisical/process.ts'
import type { Behaviour, MemoryCluster } from '../../support/memory-cluster.ts'
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from '../../support/services.ts'
import { shippedManifest } from '../../support/shipped-manifest.ts'
import { rejection, siteCluster } from '../../unit/site/wire/memory.ts'
import { systemClock, systemRandom } from './system.ts'
import { type Seen, type Watched, watching } from './watched.ts'

const namespace = 'external-secrets'
const scope = 'workspaceSlug=platform-shared&environment=prod&secretPath=/sealift-probe'
const reading = 'expandSecretReferences=true&include_imports=true'
const manifests = await readManifests(shippedManifest)

let postgres: PostgresServer
let redis: RedisServer
let server: StandIn
let watched: Watched
let cluster: MemoryCluster

beforeAll(async () => {
  ;[cluster, postgres, redis] = await Promise.all([siteCluster(), startPostgres(), startRedis()])
  const uri = await postgres.createDatabase('infisical')
  const urls = { DB_CONNECTION_URI: uri, REDIS_URL: redis.url(), SITE_URL: 'http://infisical.test' }
  server = await startStandIn({ ...newKeys(), ...urls })
  await server.ready()
  watched = await watching(server.url)
})
afterAll(async () => {
  await watched.stop()
  await server.stop()
  await Promise.all([postgres.stop(), redis.stop()])
})

const infisical = () => createInfisical({ baseUrl: watched.url, clock: systemClock })

/** Asks as ESO's provider does: logs in, reads, gives its token back. */
async function asEso(path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const stored = await cluster.get(kinds.secret, credentialsSecretName, namespace)
  const values = stored && secretData(stored)
  const [clientId = '', clientSecret = ''] = ['clientId', 'clientSecret'].map(key =>
    values?.get(key)?.reveal(),
  )
  const token = await infisical().loginIdentity({ clientId, clientSecret: new Secret(clientSecret) })
  const headers = { authorization: `Bearer ${token.reveal()}` }
  const response = await fetch(watched.url + path, { headers })
  const body = (await response.json()) as Record<string, unknown>
  await fetch(`${watched.url}/api/v1/auth/token/revoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ accessToken: token.reveal() }),
  })
  return { status: response.status, body }
}

/** Does what ESO does with an ExternalSecret. */
const eso: Behaviour['react'] = async ({ kind, spec, metadata }, site) => {
  if (kind !== 'ExternalSecret') return
  const { data, target } = spec as { data: { remoteRef: { key: string } }[]; target: { name: string } }
  const key = data[0]?.remoteRef.key
  const { body } = await asEso(`/api/v3/secrets/raw/${key}?${scope}&${reading}&type=shared`)
  const { secretValue: value } = body['secret'] as { secretValue: string }
  await site.apply(secretObject(String(metadata.namespace), target.name, { value }))
}

/** What an install does with the server, and its end. */
async function install() {
  const before = watched.seen.length
  const client = infisical()
  const admin = { email: 'admin@site.local', organization: 'openova' }
  const { session, ...made } = await ensureAdmin({
    namespace: 'infisical',
    cluster,
    infisical: client,
    random: systemRandom,
    ...admin,
  })
  const { place, changed } = await ensureTenancy({ cluster, infisical: client, session, namespace })
  // ESO validates its store by listing its scope, and asks for what is not there.
  expect((await asEso(`/api/v3/secrets/raw?${scope}&${reading}`)).status).toBe(200)
  expect((await asEso(`/api/v3/secrets/raw/NOT_THERE?${scope}&${reading}&type=shared`)).status).toBe(404)
  const objects = cluster.objects()
  cluster.behaviour.react = eso
  await prove({ cluster, session, random: systemRandom, clock: systemClock, manifests, place })
  cluster.behaviour.react = () => {}
  return { made, changed, session, place, objects, seen: watched.seen.slice(before) }
}

const logins = /\/login$|\/select-organization$|\/token\/revoke$/

/** Requests that change something, but logins, and the secret of the proof itself. A search is no change. */
function changes(seen: readonly Seen[]): string[] {
  return seen
    .filter(({ method, path }) => method !== 'GET' && !logins.test(path) && !path.endsWith('/search'))
    .filter(({ path }) => !/^\/api\/v3\/secrets\/raw\/SEALIFT_PROBE_[0-9A-F]{8}$/.test(path))
    .map(({ method, path }) => `${method} ${path.replace(/[0-9a-f-]{36}/g, '<id>')}`)
}

it('an install changes what is to be changed; the next one changes nothing, here or there', async () => {
  const first = await install()
  expect([first.made, first.changed]).toEqual([{ bootstrapped: true, adopted: false, changed: true }, true])
  expect(changes(first.seen)).toEqual([
    'POST /api/v1/admin/bootstrap',
    'DELETE /api/v1/identities/<id>',
    'POST /api/v1/projects',
    'POST /api/v2/folders',
    'POST /api/v1/identities',
    'POST /api/v2/workspace/<id>/identity-memberships/<id>',
    'POST /api/v2/identity-project-additional-privilege',
    'POST /api/v1/auth/universal-auth/identities/<id>',
    'POST /api/v1/auth/universal-auth/identities/<id>/client-secrets',
  ])

  const second = await install()
  expect([second.made, second.changed]).toEqual([
    { bootstrapped: false, adopted: false, changed: false },
    false,
  ])
  expect(changes(second.seen)).toEqual([])
  expect(second.objects).toEqual(first.objects)
})

it('so it is when an earlier install was killed in the middle of its proof', async () => {
  const { session, place } = await install()
  await session.putSecret(place, 'SEALIFT_PROBE_0A0B0C0D', new Secret('left'))
  await install()
  expect(await session.secretNames(place)).toEqual([])
})

it('a privilege that somebody widened is narrowed again, once', async () => {
  const { session, place } = await install()
  const { id = '' } = (await session.identities('external-secrets'))[0] ?? {}
  const everything = [{ subject: 'secrets', action: ['describeSecret', 'readValue'] }]
  await session.ensurePrivilege(place.projectId, id, 'sealift-probe-read', everything)
  const mended = await install()
  expect(changes(mended.seen)).toEqual(['PATCH /api/v2/identity-project-additional-privilege/<id>'])
  expect(changes((await install()).seen)).toEqual([])
})

it('two identities of one name are told, and no third is made', async () => {
  const { session } = await install()
  await session.createIdentity('external-secrets')
  await cluster.delete(kinds.secret, credentialsSecretName, namespace)
  const error = await rejection(install())
  expect(error.message).toContain('2 identities named external-secrets')
  const ids = (await session.identities('external-secrets')).map(({ id }) => id)
  expect(error.faults.toSorted()).toEqual(ids.toSorted())
  expect(await revokeCredentials(session)).toBe(1)
  expect(await revokeCredentials(session)).toBe(0)
})

it('nothing of all that was answered in words that no real server was heard to use', () => {
  expect(watched.seen.length).toBeGreaterThan(100)
  expect(watched.seen.filter(({ unrecorded }) => unrecorded !== '')).toEqual([])
  expect(server.output()).not.toContain('No recording has this answer')
})
