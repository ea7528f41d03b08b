import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createCredentials } from '../../../../src/adapters/registry/credentials.ts'
import { readRegistries } from '../../../../src/adapters/registry/registries.ts'
import { wronglyTaken } from '../../../support/odd-fields.ts'

const encode = (text: string) => Buffer.from(text).toString('base64')
let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sealift-docker-'))
})

afterEach(() => rm(home, { recursive: true }))

async function find(
  config: object | string,
  names: readonly string[],
  registriesText = '',
  more = {},
  repository?: string,
) {
  await mkdir(join(home, '.docker'), { recursive: true })
  await writeFile(
    join(home, '.docker/config.json'),
    typeof config === 'string' ? config : JSON.stringify(config),
  )
  const registries = readRegistries({ path: 'registries.yaml', text: registriesText })
  const credential = await createCredentials(registries, {
    HOME: home,
    PATH: `${home}:/usr/bin:/bin`,
    ...more,
  })(names, repository)
  if (!credential) return undefined
  return credential.kind === 'password'
    ? [credential.username, credential.password.reveal()]
    : [credential.kind, credential.token.reveal()]
}

/** A credential helper that keeps what it was called with. */
async function helper(name: string, answer: string, status = 0): Promise<void> {
  const path = join(home, `docker-credential-${name}`)
  await writeFile(
    path,
    `#!/bin/sh\necho "$@" > ${home}/args\ncat > ${home}/stdin\necho '${answer}'\nexit ${status}\n`,
  )
  await chmod(path, 0o755)
}

it('takes what is null for absent', async () => {
  const auth = { auth: encode('ann:pass'), username: null, password: null, identitytoken: null }
  const config = { auths: { 'r.example': auth, 'other.example': null }, credsStore: null, credHelpers: null }
  expect(await find(config, ['r.example'])).toEqual(['ann', 'pass'])
  expect(await find({ auths: null }, ['r.example'])).toBeUndefined()
})

it('finds nothing where there is no config', async () => {
  const nowhere = createCredentials(readRegistries(), { DOCKER_CONFIG: join(home, 'none') })
  expect(await nowhere(['a.io'])).toBeUndefined()
})

it('reads auths, by host or by the old address form', async () => {
  const auths = {
    'a.io:5000': { auth: encode('me:pass:word') },
    'https://b.io/v1/': { username: 'you', password: 'p' },
    'c.io': { auth: encode('<token>:'), identitytoken: 'refresh' },
    'd.io': { registrytoken: 'bearer' },
    'https://index.docker.io/v1/': { auth: encode('hub:pw') },
  }
  expect(await find({ auths }, ['a.io:5000'])).toEqual(['me', 'pass:word'])
  expect(await find({ auths }, ['a.io'])).toBeUndefined()
  expect(await find({ auths }, ['b.io'])).toEqual(['you', 'p'])
  expect(await find({ auths }, ['c.io'])).toEqual(['identity', 'refresh'])
  expect(await find({ auths }, ['d.io'])).toEqual(['bearer', 'bearer'])
  const hub = readRegistries().targets('docker.io', 'library/redis')[0]?.endpoint.names ?? []
  expect(await find({ auths }, hub)).toEqual(['hub', 'pw'])
})

it.each([
  ['team-a/app', 'a'],
  ['team-a/deep/app', 'deep'],
  ['team-b/app', 'all'],
  ['team-a2/app', 'all'],
  ['one', 'one'],
  [undefined, 'all'],
])('takes the login of the longest path that holds %s', async (repository, user) => {
  const login = (user: string) => ({ auth: encode(`${user}:p`) })
  const auths = {
    'a.io/team-a': login('a'),
    'a.io/team-a/deep/': login('deep'),
    'a.io/one': login('one'),
    'a.io': login('all'),
  }
  expect(await find({ auths }, ['a.io'], '', {}, repository)).toEqual([user, 'p'])
})

it('takes no login of another path', async () => {
  const auths = { 'a.io/team-a': { auth: encode('me:p') } }
  expect(await find({ auths }, ['a.io'], '', {}, 'team-b/app')).toBeUndefined()
  const hub = readRegistries().targets('docker.io', 'team-a/app')[0]?.endpoint.names ?? []
  const mine = { auths: { 'docker.io/team-a': { auth: encode('me:p') } } }
  expect(await find(mine, hub, '', {}, 'team-a/app')).toEqual(['me', 'p'])
})

it("looks into podman's files after Docker's, and into REGISTRY_AUTH_FILE alone", async () => {
  const put = async (path: string, user: string, host = 'a.io') => {
    const file = join(home, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, JSON.stringify({ auths: { [host]: { auth: encode(`${user}:p`) } } }))
    return file
  }
  await put('.config/containers/auth.json', 'config')
  const docker = { auths: { 'b.io': { auth: encode('docker:p') } } }
  expect(await find(docker, ['a.io'])).toEqual(['config', 'p'])
  expect(await find(docker, ['b.io'])).toEqual(['docker', 'p'])
  await put('run/containers/auth.json', 'run')
  const more = { XDG_RUNTIME_DIR: join(home, 'run') }
  expect(await find(docker, ['a.io'], '', more)).toEqual(['run', 'p'])
  expect(await find({ auths: { 'a.io': { auth: encode('docker:p') } } }, ['a.io'], '', more)).toEqual([
    'docker',
    'p',
  ])
  const named = { ...more, REGISTRY_AUTH_FILE: await put('mine.json', 'mine') }
  expect(await find(docker, ['a.io'], '', named)).toEqual(['mine', 'p'])
  expect(await find(docker, ['b.io'], '', named)).toBeUndefined()
})

it('prefers registries.yaml, and then does not read the config at all', async () => {
  const text = 'configs: { a.io: { auth: { username: first, password: x } } }'
  expect(await find('not JSON', ['a.io'], text)).toEqual(['first', 'x'])
})

it('reads DOCKER_CONFIG when it is set', async () => {
  await writeFile(join(home, 'config.json'), JSON.stringify({ auths: { 'a.io': { auth: encode('me:p') } } }))
  const credential = await createCredentials(readRegistries(), { DOCKER_CONFIG: home, HOME: '/x' })(['a.io'])
  expect(credential).toMatchObject({ username: 'me' })
})

it('asks the helper of a host, which is told the host on its standard input only', async () => {
  await helper('test', '{"ServerURL":"a.io","Username":"me","Secret":"s3cret"}')
  expect(await find({ credHelpers: { 'a.io': 'test' } }, ['a.io'])).toEqual(['me', 's3cret'])
  expect(await readFile(join(home, 'args'), 'utf8')).toBe('get\n')
  expect(await readFile(join(home, 'stdin'), 'utf8')).toBe('a.io')
})

it('asks the store, whose <token> user means an identity token', async () => {
  await helper('store', '{"ServerURL":"a.io","Username":"<token>","Secret":"refresh"}')
  expect(await find({ credsStore: 'store' }, ['a.io'])).toEqual(['identity', 'refresh'])
})

it('goes on to auths when the store has nothing', async () => {
  await helper('store', 'credentials not found in native keychain', 1)
  const auths = { 'a.io': { auth: encode('me:p') } }
  expect(await find({ credsStore: 'store', auths }, ['a.io'])).toEqual(['me', 'p'])
})

it('says that a helper fails or is not there, without its output', async () => {
  await helper('broken', 'panic: s3cret', 3)
  const failing = find({ credsStore: 'broken' }, ['a.io'])
  await expect(failing).rejects.toMatchObject({ code: 'REGISTRY_DENIED' })
  await expect(failing).rejects.toThrow(/^docker-credential-broken gave no credentials for a\.io$/)
  await expect(find({ credsStore: 'absent' }, ['a.io'])).rejects.toMatchObject({ code: 'REGISTRY_DENIED' })
})

it('says that a config is no config, without quoting it', async () => {
  const failing = find('{"auths": {"a.io": {"auth": "s3cret"}', ['a.io'])
  await expect(failing).rejects.toMatchObject({ code: 'FILE_FAILED' })
  await expect(failing).rejects.not.toHaveProperty('cause')
  await expect(failing).rejects.toThrow(/config\.json: not a valid Docker config: not JSON$/)
})

it('keeps what opens the user’s keys from a helper', async () => {
  const answer = '{"Username":"me","Secret":"s3cret"}'
  await helper('curious', answer)
  const path = join(home, 'docker-credential-curious')
  await writeFile(path, `#!/bin/sh\nenv > ${home}/env\necho '${answer}'\n`)
  const secrets = { SEALIFT_KEY_PASSPHRASE: 'hunter2', COSIGN_PASSWORD: 'hunter2' }
  expect(await find({ credsStore: 'curious' }, ['a.io'], '', secrets)).toEqual(['me', 's3cret'])
  expect(await readFile(join(home, 'env'), 'utf8')).not.toContain('hunter2')
})

it('reads a config whose fields come in any odd form, and needs no login of others', async () => {
  const config = {
    auths: {
      'r.example': { auth: encode('ann:pass'), username: '', password: '', identitytoken: '' },
      'other.example': { auth: encode('bob:pass'), registrytoken: '' },
    },
    ...{ credHelpers: { 'third.example': 'x' }, credsStore: '', HttpHeaders: { a: 'b' }, psFormat: 'x' },
  }
  const wrong = await wronglyTaken(config, document => find(document as object, ['r.example']), {
    unused: /^(HttpHeaders|psFormat)|other\.example/,
    named: /docker\/config\.json: .*(auths|cred|it is)|the login for r\.example|docker-credential-x/,
  })
  expect(wrong).toEqual([])
})
