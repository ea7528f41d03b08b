import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRegistryPush } from '../../../src/adapters/registry/index.ts'
import { digestOf } from '../../../src/kernel/oci/index.ts'
import { type PushTarget, Secret } from '../../../src/kernel/ports/index.ts'
import { selfSigned } from '../../support/certificate.ts'
import { startRegistry, type TestRegistry } from '../../support/connected/index.ts'
import { memoryRegistryPush } from '../../support/memory-registry-push.ts'
import { RecordingClock } from '../../support/recording-clock.ts'
import { registryPushContract } from './contract.ts'

const auth = { user: 'pusher', password: 'correct-horse:battery' }
const login = { username: auth.user, password: new Secret(auth.password) }
const certificate = selfSigned('site registry')
const other = selfSigned('another')
let folder: string
let ca: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-push-'))
  ca = join(folder, 'ca.pem')
  await writeFile(ca, certificate.cert)
  await writeFile(join(folder, 'other.pem'), other.cert)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const open = (target: PushTarget, environment = {}) =>
  createRegistryPush(target, {
    clock: new RecordingClock(),
    environment: { HOME: '/nonexistent', ...environment },
  })
const absent = { digest: digestOf('absent'), size: 6 }

describe('a registry in memory', () => {
  const push = memoryRegistryPush()
  registryPushContract(() => push)
})

describe('a real registry with TLS and a login', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry({ auth, tls: certificate })
  })
  afterAll(() => registry?.stop())
  const target = () => ({ host: registry.host, plainHttp: false, ca, login })

  registryPushContract(() => open(target()))

  it('takes the login of a Docker config, given or this machine’s', async () => {
    const encoded = Buffer.from(`${auth.user}:${auth.password}`).toString('base64')
    const config = JSON.stringify({ auths: { [`https://${registry.host}`]: { auth: encoded } } })
    const given = open({ ...target(), login: { dockerConfig: new Secret(config) } })
    expect(await given.has('a/b', absent)).toBe(false)
    expect(given.showedLogin()).toBe(true)
    await writeFile(join(folder, 'config.json'), config, { mode: 0o600 })
    const own = open({ ...target(), login: undefined }, { DOCKER_CONFIG: folder })
    expect(await own.has('a/b', absent)).toBe(false)
  })

  it('says which login is wrong, and never what it is', async () => {
    const wrong = { username: auth.user, password: new Secret('wrong-horse') }
    const error = await open({ ...target(), login: wrong })
      .has('a/b', absent)
      .catch(thrown => thrown)
    expect(error).toMatchObject({
      code: 'REGISTRY_DENIED',
      hints: [expect.stringContaining('load.registry.credentials')],
    })
    expect(JSON.stringify([error.message, error.hints, error.faults, String(error.cause)])).not.toContain(
      'horse',
    )
    await expect(open({ ...target(), login: undefined }).has('a/b', absent)).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
    })
  })

  it('refuses a Docker config without a login for it, without its text', async () => {
    for (const text of ['{"auths":{"other.example":{"auth":"c2VjcmV0OnNlY3JldA=="}}}', 'c2VjcmV0']) {
      const attempt = () => open({ ...target(), login: { dockerConfig: new Secret(text) } })
      expect(attempt).toThrow(expect.not.objectContaining({ message: expect.stringContaining('c2Vj') }))
    }
  })

  it.each([
    ['no CA', undefined, 'load.registry.ca'],
    ['another CA', 'other.pem', 'load.registry.ca'],
  ])('is not trusted with %s, and says where one is named', async (_, file, hint) => {
    const trusted = file === undefined ? undefined : join(folder, file)
    await expect(open({ ...target(), ca: trusted }).has('a/b', absent)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      hints: [expect.stringContaining(hint)],
    })
  })

  it('has its log say nothing of the login', async () => {
    expect(await readFile(registry.logFile, 'utf8')).not.toContain(auth.password)
  })
})

describe('a real registry with a token server', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry({ auth: { ...auth, scheme: 'token' } })
  })
  afterAll(() => registry?.stop())

  registryPushContract(() => open({ host: registry.host, plainHttp: true, login }))
})

describe('without TLS', () => {
  it('a registry is spoken to only where that is said', async () => {
    const registry = await startRegistry()
    try {
      await expect(open({ host: registry.host, plainHttp: false }).has('a/b', absent)).rejects.toMatchObject({
        code: 'REGISTRY_UNREACHABLE',
        hints: [expect.stringContaining('load.registry.plainHttp')],
      })
      const push = open({ host: registry.host, plainHttp: true })
      expect(await push.has('a/b', absent)).toBe(false)
      expect(push.showedLogin()).toBe(false)
    } finally {
      await registry.stop()
    }
  })

  it('one that is not there is told as such', async () => {
    await expect(open({ host: '127.0.0.1:1', plainHttp: true }).has('a/b', absent)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      hints: expect.arrayContaining([expect.stringContaining('load.registry.host')]),
    })
  })
})
