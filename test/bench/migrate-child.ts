/**
 * `node migrate-child.mjs URL PASSWORD ORGANIZATION FOLDER SECRETS HOW`: brings so many secrets into a new folder. HOW is
 * `batches`, as `migrate sops` does: look, write, read back, compare; or `each`, one request a secret, one after the
 * other, nothing read back. A process of its own, as tenancy-child.ts is.
 */
import * as z from 'zod'
import { createApi } from '../../src/adapters/infisical/api.ts'
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import { Secret } from '../../src/kernel/ports/index.ts'
import { compareRead, digesting, locate, writeSecrets } from '../../src/teams/migrate/index.ts'
import { createPace } from '../../src/teams/pace/index.ts'

const [baseUrl = '', password = '', organizationId = '', folder = '', count = '', how = ''] =
  process.argv.slice(2)
const clock = { now: () => Date.now(), sleep: async () => {} }
const destination = { project: 'bench-migrate', environment: 'prod', path: `/${folder}` }
const secrets = Array.from({ length: Number(count) }, (_, i) => ({
  name: `SECRET_${i}`,
  value: new Secret(`a value of some forty characters, no. ${i}`),
}))
const ended = (text: string) => {
  throw new Error(text)
}

async function inBatches(): Promise<number> {
  const infisical = createInfisical({ baseUrl, clock })
  const session = await infisical.login('admin@site.local', new Secret(password), organizationId)
  const { batches, tenancy } = session
  const pace = createPace(clock, new AbortController().signal, ended)
  const { place } = await locate(destination, tenancy, pace)
  await writeSecrets(place, secrets, undefined, { batches, tenancy, pace, say: () => {} })
  const scope = { ...destination, expandSecretReferences: false }
  const read = (await pace.read(() => batches.readByStore(scope))) ?? new Map<string, Secret>()
  const expected = secrets.map(secret => ({ ...secret, accepted: false }))
  const { digests, different } = compareRead(expected, read, digesting(new Uint8Array(32)))
  return digests.size - different.length
}

async function oneByOne(): Promise<number> {
  const api = createApi(baseUrl, clock)
  const body = { email: 'admin@site.local', password }
  const login = z.object({ accessToken: z.string() })
  const { accessToken } = await api.expect({ method: 'POST', path: '/api/v3/auth/login', body }, login)
  const select = {
    method: 'POST',
    path: '/api/v3/auth/select-organization',
    body: { organizationId },
  } as const
  const selected = await api.expect(
    { ...select, token: new Secret(accessToken) },
    z.object({ token: z.string() }),
  )
  const token = new Secret(selected.token)
  const found = z.object({ id: z.string() })
  const slug = `/api/v1/projects/slug/${destination.project}`
  const { id: projectId } = await api.expect({ method: 'GET', path: slug, token }, found)
  const { environment, path: secretPath } = destination
  const made = { projectId, environment, path: '/', name: folder }
  await api.expect({ method: 'POST', path: '/api/v2/folders', body: made, token }, z.unknown())
  for (const { name, value } of secrets) {
    const given = { projectId, environment, secretPath, secretValue: value.reveal(), type: 'shared' }
    await api.expect({ method: 'POST', path: `/api/v4/secrets/${name}`, body: given, token }, z.unknown())
  }
  return secrets.length
}

const done = how === 'batches' ? await inBatches() : await oneByOne()
process.stdout.write(JSON.stringify({ done }))
